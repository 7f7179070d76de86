#pragma once
// The double's machine: memory that is host memory, streams that run their work on threads, graphs that are lists.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "../../addon/driver/types.h"

namespace fake {

using namespace sparsek::driver;

/** The result that sticks after a fault; 0 while all is well. */
extern std::atomic<int> stuck;

struct Work {
  std::string kind;
  std::function<void()> run;
  /** Told the stream's state even after a fault. */
  std::function<void(CUresult)> always;
};

class FakeStream {
 public:
  FakeStream();
  /** Finishes what was given to it. */
  ~FakeStream();
  void give(Work work);
  bool isIdle();
  void synchronize();

  bool capturing = false;
  std::vector<Work> captured;

 private:
  void loop();
  void perform(Work& work);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<Work> queue_;
  bool busy_ = false;
  bool ending_ = false;
  std::thread thread_;
};

/** Waits for every stream, as cuMemFree does. */
void synchronizeAll();

struct FakeEvent {
  std::mutex mutex;
  std::condition_variable changed;
  int pending = 0;
  double milliseconds = 0;
};

struct FakeGraph {
  std::vector<Work> work;
};

struct FakeKernel {
  std::string name;
  std::vector<std::size_t> parameterBytes;
};

struct FakeModule {
  std::map<std::string, FakeKernel> kernels;
};

/** Device allocations, by address. */
class FakeMemory {
 public:
  CUresult allocate(CUdeviceptr* pointer, std::size_t bytes, int device);
  CUresult release(CUdeviceptr pointer);
  std::size_t freeBytes(int device);
  bool find(CUdeviceptr address, CUdeviceptr& start, std::size_t& bytes, int& device);

 private:
  struct Piece {
    std::size_t bytes;
    int device;
  };
  std::mutex mutex_;
  std::map<CUdeviceptr, Piece> pieces_;
};

FakeMemory& memory();
double now();

}  // namespace fake
