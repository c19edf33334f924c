// SPDX-License-Identifier: MIT
#include "run/training/training_runner.hpp"

#include "models/model.hpp"
#include "run/training/training_work.hpp"

namespace tempera {

long TrainingRunner::start(const Json& resolved, const std::filesystem::path& folder, bool paused) {
    check_trainable(resolved.value("model", Json::object()));
    const auto make = [folder](const Json& preset, const std::stop_token&) {
        auto work = std::make_unique<TrainingWork>(preset);
        work->own_folder(folder);
        return work;
    };
    return Runner::start(resolved, make, paused);
}

}  // namespace tempera
