// What the addon throws for input that it must not compute with. The TypeScript side checks first and gives the
// friendlier message; this is the second line, which nothing gets past.
#pragma once
#include <stdexcept>
#include <string>

namespace sparsek {

class InputError : public std::runtime_error {
 public:
  /// `code` is one of the error codes of @sparsek/types.
  InputError(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const { return code_; }

 private:
  const char* code_;
};

[[noreturn]] inline void failArgument(const std::string& message) { throw InputError("INVALID_ARGUMENT", message); }
[[noreturn]] inline void failMatrix(const std::string& message) { throw InputError("INVALID_MATRIX", message); }
[[noreturn]] inline void failMask(const std::string& message) { throw InputError("INVALID_MASK", message); }

}  // namespace sparsek
