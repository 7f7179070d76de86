#include "attention_split.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>

namespace sparsek::ops {

namespace {

// In units of a block's time: what a change of item costs beyond its blocks, and what joining the parts costs.
constexpr double kItemOverhead = 1.5;
constexpr double kCombineOverhead = 4.0;
// Shorter parts would be mostly overhead.
constexpr int32_t kShortestPart = 8;
// Splitting must bring the time below this share: the model is rough. Less so for equal items, which end in rounds.
constexpr double kWorthwhile = 0.9;
constexpr double kWorthwhileRound = 0.99;
// With more items than this for each worker, the end of a launch is even enough and need not be simulated.
constexpr size_t kSimulated = 32;

// Time of the items, longest first, each given to the worker that is free first.
double makespan(std::vector<int32_t> lengths, int workers) {
  if (lengths.empty()) return 0;
  const double total = std::accumulate(lengths.begin(), lengths.end(), 0.0) + kItemOverhead * lengths.size();
  const double longest = *std::max_element(lengths.begin(), lengths.end()) + kItemOverhead;
  if (lengths.size() > kSimulated * workers) return std::max(longest, total / workers);
  std::sort(lengths.begin(), lengths.end(), std::greater<>());
  std::priority_queue<double, std::vector<double>, std::greater<>> free;
  for (int i = 0; i < workers; ++i) free.push(0);
  double end = 0;
  for (const int32_t length : lengths) {
    const double done = free.top() + length + kItemOverhead;
    free.pop();
    free.push(done);
    end = std::max(end, done);
  }
  return end;
}

std::vector<int32_t> parts_of_length(const std::vector<int32_t>& cost, int32_t length) {
  std::vector<int32_t> parts(cost.size());
  for (size_t i = 0; i < cost.size(); ++i) parts[i] = std::max(1, (cost[i] + length - 1) / length);
  return parts;
}

struct Choice {
  double time;
  std::vector<int32_t> parts;
};

// Parts below a certain length for all items.
void try_lengths(const SplitInput& input, Choice& best) {
  const std::vector<int32_t>& cost = input.cost;
  const int64_t total = std::accumulate(cost.begin(), cost.end(), int64_t{0});
  const int32_t longest = *std::max_element(cost.begin(), cost.end());
  for (const int share : {1, 2, 3, 4, 6, 8}) {
    const int64_t ideal = (total + int64_t{input.workers} * share - 1) / (int64_t{input.workers} * share);
    const int32_t length = std::max({kShortestPart, static_cast<int32_t>(ideal),
                                     (longest + attention::kMostParts - 1) / attention::kMostParts});
    if (length >= longest) continue;
    std::vector<int32_t> parts = parts_of_length(cost, length);
    int64_t partials = 0;
    std::vector<int32_t> lengths;
    for (size_t i = 0; i < cost.size(); ++i) {
      if (parts[i] > 1) partials += parts[i];
      for (int32_t part = 0; part < parts[i]; ++part)
        lengths.push_back(static_cast<int32_t>((int64_t{cost[i]} * (part + 1)) / parts[i] -
                                               (int64_t{cost[i]} * part) / parts[i]));
    }
    if (partials * input.partial_bytes > kSplitWorkspace) continue;
    const double time = makespan(std::move(lengths), input.workers) + kCombineOverhead;
    if (time < best.time) best = {time, std::move(parts)};
  }
}

// Items of equal cost (or less by one) run in rounds, and the last round may leave workers idle: parts of its items
// instead, as many as fill a few short rounds.
void try_last_round(const SplitInput& input, double whole, Choice& best) {
  const size_t items = input.cost.size(), left = items % input.workers;
  const int32_t cost = *std::max_element(input.cost.begin(), input.cost.end());
  if (items < static_cast<size_t>(input.workers) || items > kSimulated * input.workers || left == 0) return;
  if (std::any_of(input.cost.begin(), input.cost.end(), [&](int32_t other) { return other < cost - 1; })) return;
  if (best.parts.empty()) best.time = kWorthwhileRound * whole;
  for (size_t rounds = 1; rounds <= 4; ++rounds) {
    const size_t base = rounds * input.workers / left, longer = rounds * input.workers - base * left;
    if (base < 2 || cost / static_cast<int32_t>(base + 1) < kShortestPart) continue;
    if (static_cast<int64_t>(rounds) * input.workers * input.partial_bytes > kSplitWorkspace) continue;
    std::vector<int32_t> parts(items, 1), lengths;
    for (size_t i = 0; i < left; ++i) {
      const auto count = static_cast<int32_t>(base + (i < longer ? 1 : 0));
      parts[items - left + i] = count;
      for (int32_t part = 0; part < count; ++part) lengths.push_back((cost + count - 1) / count);
    }
    const double full = static_cast<double>(items / input.workers) * (cost + kItemOverhead);
    const double time = full + makespan(std::move(lengths), input.workers) + kCombineOverhead;
    if (time < best.time) best = {time, std::move(parts)};
  }
}

}  // namespace

std::vector<int32_t> choose_parts(const SplitInput& input) {
  const std::vector<int32_t>& cost = input.cost;
  if (cost.empty()) return {};
  const double whole = makespan(cost, input.workers);
  Choice best{kWorthwhile * whole, {}};
  try_lengths(input, best);
  try_last_round(input, whole, best);
  return std::move(best.parts);
}

}  // namespace sparsek::ops
