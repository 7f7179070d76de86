#include "settings.h"

#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>

namespace fake {

long long number(const char* variable, long long otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr && *text != '\0' ? std::atoll(text) : otherwise;
}

int codeFor(const char* variable, const std::string& name) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return 0;
  std::istringstream pairs(text);
  std::string pair;
  while (std::getline(pairs, pair, ',')) {
    const std::size_t colon = pair.find(':');
    if (colon != std::string::npos && pair.substr(0, colon) == name) return std::atoi(pair.c_str() + colon + 1);
  }
  return 0;
}

void log(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  const char* path = std::getenv("FAKE_CUDA_LOG");
  if (path == nullptr || *path == '\0') return;
  std::ofstream(path, std::ios::app) << line << '\n';
}

}  // namespace fake
