// SPDX-License-Identifier: MIT
#include "app/shell/panel.hpp"

// A panel: its function in app/views (Setup in app/setup) and one line here.
#define TEMPERA_VIEWS(X)                                                                                     \
    X(setup)                                                                                                 \
    X(density_path)                                                                                          \
    X(particles)                                                                                             \
    X(mode_weights)                                                                                          \
    X(health)                                                                                                \
    X(runs)                                                                                                  \
    X(ess)                                                                                                   \
    X(occupancy)                                                                                             \
    X(mode_mass)                                                                                             \
    X(weights)                                                                                               \
    X(swaps)                                                                                                 \
    X(replicas)                                                                                              \
    X(blindness)                                                                                             \
    X(story)                                                                                                 \
    X(training)                                                                                              \
    X(score_field)                                                                                           \
    X(log)                                                                                                   \
    X(series)                                                                                                \
    X(energy)                                                                                                \
    X(distances)                                                                                             \
    X(free_energy)                                                                                           \
    X(configuration)                                                                                         \
    X(traces)                                                                                                \
    X(temperatures)

namespace tempera::app {

#define TEMPERA_DECLARE_VIEW(name) View name##_view();
TEMPERA_VIEWS(TEMPERA_DECLARE_VIEW)
#undef TEMPERA_DECLARE_VIEW

const std::vector<View>& view_catalogue() {
#define TEMPERA_LIST_VIEW(name) name##_view(),
    static const std::vector<View> views = {TEMPERA_VIEWS(TEMPERA_LIST_VIEW)};
#undef TEMPERA_LIST_VIEW
    return views;
}

const View* find_view(const std::string& id) {
    for (const View& view : view_catalogue()) {
        if (id == view.id) {
            return &view;
        }
    }
    return nullptr;
}

}  // namespace tempera::app
