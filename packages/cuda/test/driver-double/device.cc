#include "device.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <string>

#include "settings.h"

namespace fake {

std::atomic<int> stuck{0};

double now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(time).count();
}

namespace {

std::mutex streamsMutex;
std::set<FakeStream*> streams;

/** Waits while the file of FAKE_CUDA_HOLD exists; not for ever, should the test itself be what is held up. */
void waitWhileHeld() {
  const char* variable = std::getenv("FAKE_CUDA_HOLD");
  if (variable == nullptr) return;
  const std::string file = variable;
  const double limit = now() + 10'000;
  while (access(file.c_str(), F_OK) == 0 && now() < limit) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

void synchronizeAll() {
  const std::lock_guard<std::mutex> lock(streamsMutex);
  for (FakeStream* stream : streams) stream->synchronize();
}

FakeStream::FakeStream() : thread_([this] { loop(); }) {
  const std::lock_guard<std::mutex> lock(streamsMutex);
  streams.insert(this);
}

FakeStream::~FakeStream() {
  {
    const std::lock_guard<std::mutex> lock(streamsMutex);
    streams.erase(this);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FakeStream::give(Work work) {
  if (capturing) {
    captured.push_back(std::move(work));
    return;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    queue_.push(std::move(work));
  }
  changed_.notify_all();
}

bool FakeStream::isIdle() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return queue_.empty() && !busy_;
}

void FakeStream::synchronize() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return queue_.empty() && !busy_; });
}

void FakeStream::perform(Work& work) {
  waitWhileHeld();
  const long long delay = number("FAKE_CUDA_DELAY_MS", 0);
  if (delay > 0) std::this_thread::sleep_for(std::chrono::milliseconds(delay));
  const int fault = codeFor("FAKE_CUDA_FAULT", work.kind);
  if (fault != 0) stuck = fault;
  if (stuck == 0 && work.run) work.run();
  if (work.always) work.always(stuck);
}

void FakeStream::loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Work work = std::move(queue_.front());
    queue_.pop();
    busy_ = true;
    lock.unlock();
    perform(work);
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

FakeMemory& memory() {
  static FakeMemory instance;
  return instance;
}

std::size_t FakeMemory::freeBytes(int device) {
  std::size_t used = 0;
  for (const auto& [pointer, piece] : pieces_) used += piece.device == device ? piece.bytes : 0;
  const auto total = static_cast<std::size_t>(number("FAKE_CUDA_MEMORY", 1LL << 30));
  return used < total ? total - used : 0;
}

CUresult FakeMemory::allocate(CUdeviceptr* pointer, std::size_t bytes, int device) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (bytes > freeBytes(device)) return CUDA_ERROR_OUT_OF_MEMORY;
  void* data = std::aligned_alloc(512, (bytes + 511) / 512 * 512);
  *pointer = reinterpret_cast<CUdeviceptr>(data);
  pieces_[*pointer] = Piece{bytes, device};
  return CUDA_SUCCESS;
}

CUresult FakeMemory::release(CUdeviceptr pointer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (pieces_.erase(pointer) == 0) return CUDA_ERROR_INVALID_VALUE;
  std::free(reinterpret_cast<void*>(pointer));
  return CUDA_SUCCESS;
}

bool FakeMemory::find(CUdeviceptr address, CUdeviceptr& start, std::size_t& bytes, int& device) {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto next = pieces_.upper_bound(address);
  if (next == pieces_.begin()) return false;
  --next;
  if (address >= next->first + next->second.bytes) return false;
  start = next->first;
  bytes = next->second.bytes;
  device = next->second.device;
  return true;
}

}  // namespace fake
