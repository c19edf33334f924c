// SPDX-License-Identifier: MIT
// Every move: one line here, one .cpp beside this file.
#include "moves/move.hpp"

#define TEMPERA_MOVES(X)                                                                                     \
    X(none)                                                                                                  \
    X(random_walk)                                                                                           \
    X(mala)                                                                                                  \
    X(hmc)

namespace tempera {

#define TEMPERA_DECLARE(name) MoveEntry name##_move();
TEMPERA_MOVES(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<MoveEntry>& move_catalogue() {
#define TEMPERA_LIST(name) name##_move(),
    static const std::vector<MoveEntry> catalogue = {TEMPERA_MOVES(TEMPERA_LIST)};
#undef TEMPERA_LIST
    return catalogue;
}

}  // namespace tempera
