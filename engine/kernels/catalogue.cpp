// SPDX-License-Identifier: MIT
#include "kernels/transition_kernel.hpp"

// One line per kernel; the name is that of its file and of its entry function.
#define TEMPERA_KERNELS(X)                                                                                   \
    X(none)                                                                                                  \
    X(first_order)                                                                                           \
    X(exponential_integrator)                                                                                \
    X(second_order)                                                                                          \
    X(transport_midpoint)

namespace tempera {

#define TEMPERA_DECLARE(name) KernelEntry name##_kernel();
TEMPERA_KERNELS(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<KernelEntry>& kernel_catalogue() {
#define TEMPERA_LIST(name) name##_kernel(),
    static const std::vector<KernelEntry> entries = {TEMPERA_KERNELS(TEMPERA_LIST)};
#undef TEMPERA_LIST
    return entries;
}

}  // namespace tempera
