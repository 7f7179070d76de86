#pragma once
// The frame of every exported function: log the call, then fail where a test or an earlier fault says so.

#include <sstream>
#include <string>

#include "device.h"
#include "settings.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace fake {

template <typename... Arguments>
std::string describe(const char* call, const Arguments&... arguments) {
  std::ostringstream text;
  text << call;
  ((text << ' ' << arguments), ...);
  return text.str();
}

/** The result of a call before its own work: what a test asked for, or the fault that stuck. */
inline CUresult before(const char* call, const std::string& line) {
  log(line);
  const int asked = codeFor("FAKE_CUDA_FAIL", call);
  return asked != 0 ? asked : stuck.load();
}

}  // namespace fake

/** Logs `call` with the arguments that follow, and returns early when it is to fail. */
#define ENTER(call, ...)                                                                   \
  if (const ::fake::CUresult early = ::fake::before(#call, ::fake::describe(#call, ##__VA_ARGS__)); early != 0) \
  return early
