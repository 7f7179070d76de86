// A profiler that writes what it is told into the file that RECORDER_LOG names, one line a call. It knows NVTX by the
// numbers of NVIDIA's headers, not by the addon's own: test/nvtx/abi.cc holds those against the headers.
//
// RECORDER_MODE: "plain" fills the functions that take a name (the default), "ex" those that take attributes, "refuse"
// fills them and says that it does not attach, "deaf" attaches and fills nothing.

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>

namespace {

void write(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  const char* path = std::getenv("RECORDER_LOG");
  if (path != nullptr) std::ofstream(path, std::ios::app) << line << '\n';
}

struct Attributes {
  std::uint16_t version, size;
  std::uint32_t category;
  std::int32_t colorType;
  std::uint32_t color;
  std::int32_t payloadType, reserved;
  std::uint64_t payload;
  std::int32_t messageType;
  const char* message;
};

std::string nameOf(const Attributes* event) {
  const bool known = event->version == 3 && event->size == 48 && event->messageType == 1;
  return known ? event->message : "attributes that are not understood";
}

int push(const char* name) {
  write(std::string("push ") + name);
  return 0;
}
int pushEx(const Attributes* event) { return push(nameOf(event).c_str()); }
int pop() {
  write("pop");
  return 0;
}

std::uint64_t start(const char* name) {
  static std::atomic<std::uint64_t> next{1};
  // Larger than a double tells apart.
  const std::uint64_t id = (std::uint64_t{1} << 60) + next++;
  write("start " + std::to_string(id) + ' ' + name);
  return id;
}
std::uint64_t startEx(const Attributes* event) { return start(nameOf(event).c_str()); }
void end(std::uint64_t id) { write("end " + std::to_string(id)); }

void unused() { write("a function that nobody should call"); }

struct Callbacks {
  std::size_t size;
  int (*table)(int module, void**** table, unsigned int* count);
};

}  // namespace

extern "C" __attribute__((visibility("default"))) int InitializeInjectionNvtx2(const void* (*exports)(std::uint32_t)) {
  const char* set = std::getenv("RECORDER_MODE");
  const std::string mode = set != nullptr ? set : "plain";
  write("attach " + mode);
  const auto* callbacks = static_cast<const Callbacks*>(exports(1));
  if (callbacks == nullptr || callbacks->size < sizeof(Callbacks) || exports(0) != nullptr || exports(99) != nullptr) {
    write("no table of callbacks");
    return 0;
  }
  const unsigned int expected[] = {0, 16, 9, 15, 7, 16, 7};
  void*** core = nullptr;
  // As profilers do: fill whatever is offered.
  for (int module = 1; module <= 6; module += 1) {
    void*** table = nullptr;
    unsigned int count = 0;
    if (callbacks->table(module, &table, &count) != 1 || count != expected[module] || table[0] != nullptr) {
      write("a table that is not understood");
      return 0;
    }
    if (mode != "deaf") {
      for (unsigned int i = 1; i < count; i += 1) *table[i] = reinterpret_cast<void*>(&unused);
    }
    if (module == 1) core = table;
  }
  if (callbacks->table(0, nullptr, nullptr) != 0 || callbacks->table(7, nullptr, nullptr) != 0) return 0;
  if (mode == "deaf") return 1;
  const bool ex = mode == "ex";
  *core[4] = ex ? reinterpret_cast<void*>(&startEx) : nullptr;
  *core[5] = ex ? nullptr : reinterpret_cast<void*>(&start);
  *core[7] = reinterpret_cast<void*>(&end);
  *core[8] = ex ? reinterpret_cast<void*>(&pushEx) : nullptr;
  *core[9] = ex ? nullptr : reinterpret_cast<void*>(&push);
  *core[11] = reinterpret_cast<void*>(&pop);
  return mode == "refuse" ? 0 : 1;
}
