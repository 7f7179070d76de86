// Which instruction sets this processor and operating system offer.
#pragma once

namespace sparsek {

enum class InstructionSet { Portable, Avx2, Avx512, Neon };

bool isSupported(InstructionSet set);
InstructionSet bestInstructionSet();
const char* nameOf(InstructionSet set);

}  // namespace sparsek
