// Plans that an autotune compares.
#pragma once

#include <string>
#include <vector>

#include "spmm_plan.h"

namespace sparsek::ops {

// What `make_spmm_plan` chooses by its cost model.
constexpr const char* kModelCandidate = "model";

std::vector<std::string> candidate_names();

// Options that make the plan of a name. Throws std::invalid_argument for an unknown one.
PlanOptions candidate_options(const std::string& name);

// Names of plans that differ in kernel or tables, `kModelCandidate` first. Makes every plan to find out.
std::vector<std::string> spmm_candidates(const SpmmShape& shape, const DeviceShape& device, const PlanOptions& base);

}  // namespace sparsek::ops
