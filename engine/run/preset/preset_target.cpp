// SPDX-License-Identifier: MIT
#include "run/preset/preset_target.hpp"

#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "torch/torchscript.hpp"

namespace tempera {

template <class Real>
std::shared_ptr<Target<Real>> preset_target(const Json& resolved) {
    const Json settings = with_found_files(resolved).at("target");
    const TargetEntry& entry =
        find_entry(target_catalogue(), "target", settings.at("type").template get<std::string>());
    return entry.make<Real>(known_settings(settings, entry.info.fields),
                            {.load_torchscript = torchscript_density_loader<Real>()});
}

std::shared_ptr<Target<double>> known_preset_target(const Json& preset) {
    try {
        return preset_target<double>(preset);
    } catch (const std::exception&) {
        return nullptr;
    }
}

template std::shared_ptr<Target<float>> preset_target<float>(const Json&);
template std::shared_ptr<Target<double>> preset_target<double>(const Json&);

}  // namespace tempera
