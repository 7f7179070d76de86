// Block masks, and the walk over the keys that a tile of queries sees. See BlockMask in @sparsek/types.
#pragma once
#include <cstdint>
#include <vector>

namespace sparsek {

/// Queries and keys of a tile. 64 keys make the mask of a row one machine word.
constexpr int kTileQueries = 64;
constexpr int kTileKeys = 64;

enum class DocumentRelation : std::uint8_t { Any, Same, Before, After };

/// Open ends are values beyond any position.
struct MaskClause {
  std::int64_t diagonalMin;
  std::int64_t diagonalMax;
  std::int64_t rowBegin;
  std::int64_t rowEnd;
  std::int64_t columnBegin;
  std::int64_t columnEnd;
  DocumentRelation document;
};

constexpr std::int32_t kBlockFull = 0;
constexpr std::int32_t kBlockClauses = 1;
constexpr std::int32_t kFirstBitmap = 2;

struct MaskPattern {
  /// False: every pair is decided by the clauses. True: by the stored blocks.
  bool stored = false;
  std::vector<std::int32_t> indptr;
  std::vector<std::int32_t> indices;
  /// Empty: every block is full.
  std::vector<std::int32_t> fill;
  std::vector<std::uint32_t> bitmaps;
  std::vector<MaskClause> clauses;
};

struct BlockMask {
  std::int64_t queryLength = 0;
  std::int64_t keyLength = 0;
  std::int64_t blockQueries = 1;
  std::int64_t blockKeys = 1;
  std::vector<MaskPattern> patterns;
  std::int64_t batches = 1;
  std::int64_t heads = 1;
  std::vector<std::int32_t> headMap;
  std::vector<std::int32_t> documentStart;
  std::vector<std::int32_t> documentEnd;

  // Not inline: the kernels of every instruction set call it (see simd/isa.h).
  const MaskPattern& patternOf(std::int64_t batch, std::int64_t head) const;
};

/// Kept by a thread from tile to tile, so that a walk allocates nothing.
struct MaskScratch {
  std::vector<std::int32_t> low;
  std::vector<std::int32_t> high;
  std::vector<std::int64_t> hull;
  std::vector<std::int64_t> cursor;
};

/// Enumerates, in ascending order, the key tiles in which a tile of queries sees anything. Takes memory for one tile
/// of queries, whatever the lengths are.
class MaskWalk {
 public:
  MaskWalk(const BlockMask& mask, const MaskPattern& pattern, std::int64_t query, int queries, MaskScratch& scratch);

  /// Finds the next key tile and its first key. `rows[r]` has bit j set where query r sees key `key + j`.
  /// `full` says that every query sees all 64 keys; then `rows` is all ones too.
  bool next(std::int64_t& key, bool& full, std::uint64_t* rows);

 private:
  void findIntervals();
  std::int64_t nextRegularTile() const;
  std::int64_t nextStoredTile();
  void addClauses(std::int64_t key0, std::int64_t key1, std::int64_t base, int row0, int row1, std::uint64_t* rows) const;
  void addRegular(std::int64_t key0, std::int64_t key1, std::uint64_t* rows) const;
  void addStored(std::int64_t key0, std::int64_t key1, std::uint64_t* rows) const;

  const BlockMask& mask_;
  const MaskPattern& pattern_;
  MaskScratch& scratch_;
  std::int64_t query_;
  int queries_;
  std::int64_t tile_ = 0;
  std::int64_t firstBlockRow_ = 0;
  int blockRows_ = 0;
};

}  // namespace sparsek
