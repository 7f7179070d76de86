// Definitions that newer C and C++ libraries bring and the oldest supported ones lack. With them inside, a binary that
// was built with GCC 12 on glibc 2.36 loads wherever Node 20 does (glibc 2.28, the C++ library of GCC 8). Hidden: no
// other library of the process sees them.
#include <new>

#if defined(__GLIBC__) && defined(__GLIBCXX__)

/// glibc 2.32. std::shared_ptr counts without atomic instructions when it is true; false is always right.
extern "C" {
__attribute__((visibility("hidden"))) char __libc_single_threaded = 0;
}

namespace std {

/// libstdc++ 3.4.29: what allocators call for sizes beyond the address space.
[[noreturn]] __attribute__((visibility("hidden"))) void __throw_bad_array_new_length();
void __throw_bad_array_new_length() { throw bad_array_new_length(); }

}  // namespace std

#endif
