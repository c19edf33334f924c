// SPDX-License-Identifier: MIT
// A trained model of a learned path to the present target: whether it fits, and its use.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "app/bring/offer.hpp"
#include "run/background/first_looks.hpp"

namespace tempera::app {

class ModelPage {
public:
    ModelPage() : job_(look_job<ModelLook>(look_at_model)) {}

    void begin(const std::filesystem::path& file);
    void update(const Json& present);
    std::optional<Taken> draw_use(Workbench& bench, bool primary);

    bool settled() const { return file_.empty() || look_; }
    const ModelLook* look() const { return look_.get(); }
    void set_on_publish(const std::function<void()>& callback) { job_->set_on_publish(callback); }

private:
    std::filesystem::path file_, asked_file_;
    Json asked_present_;
    long asked_id_ = 0;
    std::shared_ptr<const ModelLook> look_;
    std::unique_ptr<LatestJob<Brought, ModelLook>> job_;
};

}  // namespace tempera::app
