#pragma once
// For the few loops that see every sample of every pass: compiled twice, and the processor's kind decides at start which one runs.

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define EARSHOT_VECTORS __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define EARSHOT_VECTORS
#endif
