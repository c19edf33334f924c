// SPDX-License-Identifier: MIT
// Every target, one line each. A new one is a .cpp file that ends in NAME_target() and a line here.
#include "targets/target.hpp"

#define TEMPERA_TARGETS(X)                                                                                   \
    X(gaussian)                                                                                              \
    X(gaussian_mixture)                                                                                      \
    X(two_mode)                                                                                              \
    X(gmm40)                                                                                                 \
    X(mog2)                                                                                                  \
    X(mog2i)                                                                                                 \
    X(mog6)                                                                                                  \
    X(mog9)                                                                                                  \
    X(ring)                                                                                                  \
    X(ring5)                                                                                                 \
    X(many_well)                                                                                             \
    X(funnel)                                                                                                \
    X(banana)                                                                                                \
    X(double_well_particles)                                                                                 \
    X(dw4)                                                                                                   \
    X(lennard_jones)                                                                                         \
    X(lj13)                                                                                                  \
    X(lj55)                                                                                                  \
    X(ising)                                                                                                 \
    X(expression)                                                                                            \
    X(logistic_regression)                                                                                   \
    X(torchscript)

namespace tempera {

#define TEMPERA_DECLARE(name) TargetEntry name##_target();
TEMPERA_TARGETS(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<TargetEntry>& target_catalogue() {
#define TEMPERA_ENTRY(name) name##_target(),
    static const std::vector<TargetEntry> entries{TEMPERA_TARGETS(TEMPERA_ENTRY)};
#undef TEMPERA_ENTRY
    return entries;
}

}  // namespace tempera
