// SPDX-License-Identifier: MIT
#include "app/bring/model_page.hpp"

namespace tempera::app {

std::optional<Taken> ModelPage::draw_use(Workbench& bench, bool primary) {
    const std::string what = look_.file().filename().string() + " as model";
    if (draw_offer(bench,
                   {"Use as model of a learned path###model", what,
                    "model.file: the densities between a Gaussian and the present target are this model's",
                    look() ? &look_->use : nullptr, primary})) {
        return Taken{look_->use, what};
    }
    return {};
}

}  // namespace tempera::app
