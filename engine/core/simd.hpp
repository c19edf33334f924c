// SPDX-License-Identifier: MIT
// Google Highway for the one instruction set of this build (include it first, in .cpp files only).
#pragma once

// Without this, Highway 1.0.3 wants its dispatch table and refuses processors newer than itself.
#ifndef HWY_COMPILE_ONLY_STATIC
#define HWY_COMPILE_ONLY_STATIC
#endif
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

namespace tempera {
namespace hn = hwy::HWY_NAMESPACE;
}
