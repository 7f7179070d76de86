#pragma once
// What a test tells the double, through environment variables that are read at every call:
//   FAKE_CUDA_VERSION     driver version, default 13000
//   FAKE_CUDA_DEVICES     number of devices, default 2
//   FAKE_CUDA_CAPABILITY  compute capability of device 0 as in 90; device 1 has 80
//   FAKE_CUDA_MEMORY      bytes of each device, default 1 GiB
//   FAKE_CUDA_FAIL        calls that fail: NAME:CODE, with commas between
//   FAKE_CUDA_FAULT       work that faults when it runs on a stream: KIND:CODE, KIND one of copy, fill, kernel;
//                         the code then sticks to every later call
//   FAKE_CUDA_DELAY_MS    time that each piece of work takes on its stream, default 0
//   FAKE_CUDA_HOLD        file; work waits on its stream as long as it exists, ten seconds at most
//   FAKE_CUDA_LOG         file to which every call appends a line

#include <string>

namespace fake {

long long number(const char* variable, long long otherwise);
/** The code that a variable of NAME:CODE pairs holds for a name; 0 without one. */
int codeFor(const char* variable, const std::string& name);
void log(const std::string& line);

}  // namespace fake
