#include "spmm_candidates.h"

#include <stdexcept>
#include <utility>

namespace sparsek::ops {
namespace {

struct Candidate {
  const char* name;
  void (*set)(PlanOptions&);
};

constexpr Candidate kCandidates[] = {
    {kModelCandidate, [](PlanOptions&) {}},
    {"cluster-1", [](PlanOptions& o) { o.cluster = 1; }},
    {"cluster-2", [](PlanOptions& o) { o.cluster = 2; }},
    {"not-skinny", [](PlanOptions& o) { o.allow_skinny = false; }},
    {"in-order", [](PlanOptions& o) { o.group_rows = false; }},
    {"narrow", [](PlanOptions& o) { o.force_narrow = true; }},
    {"portable", [](PlanOptions& o) { o.force_portable = true; }},
};

}  // namespace

std::vector<std::string> candidate_names() {
  std::vector<std::string> names;
  for (const Candidate& candidate : kCandidates) names.emplace_back(candidate.name);
  return names;
}

PlanOptions candidate_options(const std::string& name) {
  for (const Candidate& candidate : kCandidates)
    if (name == candidate.name) {
      PlanOptions options;
      candidate.set(options);
      return options;
    }
  throw std::invalid_argument("Expected the name of a plan but received '" + name + "'");
}

std::vector<std::string> spmm_candidates(const SpmmShape& shape, const DeviceShape& device, const PlanOptions& base) {
  std::vector<std::string> names;
  std::vector<std::pair<std::string, std::vector<uint8_t>>> seen;
  for (const Candidate& candidate : kCandidates) {
    PlanOptions options = candidate_options(candidate.name);
    options.group = base.group;
    SpmmPlan plan = make_spmm_plan(shape, device, options);
    bool is_new = true;
    for (const auto& [kernel, tables] : seen) is_new = is_new && (kernel != plan.kernel || tables != plan.tables);
    if (!is_new) continue;
    names.emplace_back(candidate.name);
    seen.emplace_back(plan.kernel, std::move(plan.tables));
  }
  return names;
}

}  // namespace sparsek::ops
