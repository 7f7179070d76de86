// glibc 2.34 moved dlopen and its kin into libc and gave them a new version, which older systems lack. The old version
// is still in every glibc, so that is what these hidden functions call; a reference to it works on both.
#include <features.h>

#if defined(__GLIBC__) && defined(__x86_64__)

/// The version that all symbols of the first glibc for x86-64 have.
#define SPARSEK_OLD_VERSION(name, symbol) __asm__(".symver " #name ", " #symbol "@GLIBC_2.2.5")
#define SPARSEK_HIDDEN_AS(symbol) __asm__(#symbol) __attribute__((visibility("hidden")))

extern "C" {

void* sparsek_old_dlopen(const char* file, int mode);
void* sparsek_old_dlsym(void* handle, const char* name);
char* sparsek_old_dlerror();
int sparsek_old_dladdr(const void* address, void* info);

SPARSEK_OLD_VERSION(sparsek_old_dlopen, dlopen);
SPARSEK_OLD_VERSION(sparsek_old_dlsym, dlsym);
SPARSEK_OLD_VERSION(sparsek_old_dlerror, dlerror);
SPARSEK_OLD_VERSION(sparsek_old_dladdr, dladdr);

void* sparsek_dlopen(const char* file, int mode) SPARSEK_HIDDEN_AS(dlopen);
void* sparsek_dlsym(void* handle, const char* name) SPARSEK_HIDDEN_AS(dlsym);
char* sparsek_dlerror() SPARSEK_HIDDEN_AS(dlerror);
int sparsek_dladdr(const void* address, void* info) SPARSEK_HIDDEN_AS(dladdr);

void* sparsek_dlopen(const char* file, int mode) { return sparsek_old_dlopen(file, mode); }
void* sparsek_dlsym(void* handle, const char* name) { return sparsek_old_dlsym(handle, name); }
char* sparsek_dlerror() { return sparsek_old_dlerror(); }
int sparsek_dladdr(const void* address, void* info) { return sparsek_old_dladdr(address, info); }

}  // extern "C"

#endif
