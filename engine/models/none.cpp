// SPDX-License-Identifier: MIT
#include "models/model.hpp"

namespace tempera {

ModelEntry none_model() {
    ModelEntry e;
    e.info = {"model", "none", "no learned model: densities are exact", {}};
    e.check = [](const Json& in, const std::string& place, Problems& problems) {
        check_unknown_keys(in, {}, {"type"}, place, problems);
    };
    e.info_of = [](const Json&) { return ModelInfo{}; };
    e.resolve = [](const Json&) { return Json{{"type", "none"}}; };
    e.make_f32 = [](const Json&, const ModelContext<float>&) { return nullptr; };
    e.make_f64 = [](const Json&, const ModelContext<double>&) { return nullptr; };
    return e;
}

}  // namespace tempera
