// SPDX-License-Identifier: MIT
// Points of a file: what is in it, a picture of two of its columns, and what they can be used for.
#pragma once

#include <optional>

#include "app/bring/file_look.hpp"
#include "app/bring/offer.hpp"
#include "figures/plot_spec.hpp"

namespace tempera::app {

class PointsPage {
public:
    void begin(const std::filesystem::path& file);
    /// Asks for a look at the file beside this preset, and takes the latest one.
    void update(const Json& present);
    void draw_facts(Workbench& bench);
    void draw_look(Workbench& bench);
    std::optional<Taken> draw_uses(Workbench& bench);

    const std::filesystem::path& file() const { return look_.file(); }
    bool settled() const { return look_.settled(); }
    const PointsLook* look() const { return look_.get(); }
    void set_on_publish(const std::function<void()>& callback) { look_.set_on_publish(callback); }

private:
    void draw_columns(Workbench& bench);
    void draw_choices(Workbench& bench);

    FileLook<PointsLook> look_{look_at_points};
    std::size_t across_ = 0, up_ = 0;
    PlotSpec figure_;  ///< of look_ and the chosen columns
};

}  // namespace tempera::app
