// SPDX-License-Identifier: MIT
// A trained model of a learned path to the present target: whether it fits, and its use.
#pragma once

#include <optional>

#include "app/bring/file_look.hpp"
#include "app/bring/offer.hpp"

namespace tempera::app {

class ModelPage {
public:
    void begin(const std::filesystem::path& file) { look_.begin(file); }
    void update(const Json& present) { look_.update(present); }
    std::optional<Taken> draw_use(Workbench& bench, bool primary);

    bool settled() const { return look_.settled(); }
    const ModelLook* look() const { return look_.get(); }
    void set_on_publish(const std::function<void()>& callback) { look_.set_on_publish(callback); }

private:
    FileLook<ModelLook> look_{look_at_model};
};

}  // namespace tempera::app
