// SPDX-License-Identifier: MIT
#include "app/bring/model_page.hpp"

namespace tempera::app {

void ModelPage::begin(const std::filesystem::path& file) {
    file_ = file;
    asked_file_.clear();
    look_ = nullptr;
}

void ModelPage::update(const Json& present) {
    if (file_.empty()) {
        return;
    }
    if (asked_file_ != file_ || asked_present_ != present) {
        asked_file_ = file_, asked_present_ = present;
        look_ = nullptr;
        ++asked_id_;
        job_->request(std::to_string(asked_id_),
                      {.id = asked_id_, .present = present, .file = file_, .name = file_.stem().string()});
    }
    const auto latest = job_->latest();
    if (latest && latest->id == asked_id_) {
        look_ = latest;
    }
}

std::optional<Taken> ModelPage::draw_use(Workbench& bench, bool primary) {
    const std::string what = file_.filename().string() + " as model";
    if (draw_offer(bench,
                   {"Use as model of a learned path###model", what,
                    "model.file: the densities between a Gaussian and the present target are this model's",
                    look_ ? &look_->use : nullptr, primary})) {
        return Taken{look_->use, what};
    }
    return {};
}

}  // namespace tempera::app
