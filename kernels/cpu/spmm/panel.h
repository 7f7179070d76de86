// Panels of B: how wide they are, where they lie, and their packing.
#pragma once

namespace sparsek::SPARSEK_ISA {

constexpr int kPanelColumns = NV * W;

/// One panel of B as the micro-kernel reads it.
struct Panel {
  const float* rows;
  std::int64_t rowStride;
  std::int64_t column;
  int columns;
  int vectors;
  bool packed;
};

inline Panel panelAt(const SpmmArgs& args, std::int64_t index) {
  Panel panel;
  panel.column = index * kPanelColumns;
  const std::int64_t left = args.n - panel.column;
  panel.columns = left < kPanelColumns ? static_cast<int>(left) : kPanelColumns;
  panel.vectors = (panel.columns + W - 1) / W;
  panel.packed = !args.direct || panel.columns % W != 0;
  if (panel.packed) {
    // With `direct`, only the last panel is packed, so the room holds one panel.
    const std::int64_t slot = args.direct ? 0 : index - args.firstPanel;
    panel.rows = args.packed + slot * kPanelColumns * args.packedRows;
    panel.rowStride = panel.vectors * W;
  } else {
    panel.rows = static_cast<const float*>(args.b.data) + panel.column;
    panel.rowStride = args.b.rowStride;
  }
  return panel;
}

inline void packPanel(const SpmmArgs& args, std::int64_t index, std::int64_t row0, std::int64_t row1) {
  const Panel panel = panelAt(args, index);
  if (!panel.packed) return;
  float* to = args.packed + (panel.rows - args.packed) + row0 * panel.rowStride;
  packRows(args.b, row0, row1, panel.column, panel.vectors, to, panel.rowStride);
}

}  // namespace sparsek::SPARSEK_ISA
