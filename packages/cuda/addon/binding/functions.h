#pragma once
// Each file of the binding adds its functions to the addon's exports.

#include "node_api_config.h"

namespace sparsek::binding {

void defineDriverFunctions(Napi::Object exports);
void defineMemoryFunctions(Napi::Object exports);
void defineCopyFunctions(Napi::Object exports);
void defineStreamFunctions(Napi::Object exports);
void defineGraphFunctions(Napi::Object exports);
void defineBsrFunctions(Napi::Object exports);
void defineProbeFunctions(Napi::Object exports);
void defineProfilerFunctions(Napi::Object exports);
void defineSpmmFunctions(Napi::Object exports);
void defineAttentionFunctions(Napi::Object exports);

}  // namespace sparsek::binding
