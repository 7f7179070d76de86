// The addon's entry. The driver calls back on its own threads, so that the code must stay mapped even after the last
// worker that loaded it has ended: the library is pinned in memory.

#include <dlfcn.h>

#include "environment.h"
#include "functions.h"
#include "node_api_config.h"

namespace {

void stayLoaded() {
  Dl_info self = {};
  static const char anchor = 0;
  if (dladdr(&anchor, &self) != 0 && self.dli_fname != nullptr) {
    dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace sparsek::binding;
  stayLoaded();
  env.SetInstanceData(new Environment(env));
  defineDriverFunctions(exports);
  defineMemoryFunctions(exports);
  defineCopyFunctions(exports);
  defineStreamFunctions(exports);
  defineGraphFunctions(exports);
  defineBsrFunctions(exports);
  defineProbeFunctions(exports);
  defineProfilerFunctions(exports);
  defineSpmmFunctions(exports);
  defineAttentionFunctions(exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(sparsek_cuda, initialise)
