// libstdc++ 3.4.30 gave std::condition_variable::wait a new version, that of GCC 12. Only `noexcept` tells it from the one
// that older systems have. Apart from the header's own declaration, which would make it visible.
#include <condition_variable>
#include <mutex>

#if defined(__GLIBC__) && defined(__GLIBCXX__)

#include <pthread.h>

extern "C" __attribute__((visibility("hidden"))) void sparsek_wait(std::condition_variable* condition,
                                                                   std::unique_lock<std::mutex>* lock)
    __asm__("_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");

void sparsek_wait(std::condition_variable* condition, std::unique_lock<std::mutex>* lock) {
  pthread_cond_wait(condition->native_handle(), lock->mutex()->native_handle());
}

#endif
