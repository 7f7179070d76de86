// The tables of a plan: arrays one after the other in one buffer, which is uploaded once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../driver/api.h"

namespace sparsek::ops {

// A range of a plan's tables, in bytes.
struct TableRange {
  int64_t offset = 0, bytes = 0;
};

// As the driver aligns whole allocations: no array shares a cache line with another, and every vector load is aligned.
constexpr size_t kTableAlignment = 256;

template <typename T>
TableRange append_table(std::vector<uint8_t>& tables, const T* data, size_t count) {
  const size_t offset = (tables.size() + kTableAlignment - 1) / kTableAlignment * kTableAlignment;
  tables.resize(offset + count * sizeof(T));
  if (count > 0) std::memcpy(tables.data() + offset, data, count * sizeof(T));
  return TableRange{static_cast<int64_t>(offset), static_cast<int64_t>(count * sizeof(T))};
}

template <typename T>
TableRange append_table(std::vector<uint8_t>& tables, const std::vector<T>& data) {
  return append_table(tables, data.data(), data.size());
}

// Where a range of the tables lies on the device.
template <typename T>
const T* table_at(driver::CUdeviceptr tables, const TableRange& range) {
  return reinterpret_cast<const T*>(tables + static_cast<driver::CUdeviceptr>(range.offset));
}

}  // namespace sparsek::ops
