// SPDX-License-Identifier: MIT
// Every model, one line each. A new one is a .cpp file that ends in NAME_model() and a line here.
#include "models/model.hpp"

#define TEMPERA_MODELS(X)                                                                                    \
    X(none)                                                                                                  \
    X(energy_mlp)                                                                                            \
    X(score_mlp)                                                                                             \
    X(perturbed_exact)                                                                                       \
    X(torchscript)

namespace tempera {

#define TEMPERA_DECLARE(name) ModelEntry name##_model();
TEMPERA_MODELS(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<ModelEntry>& model_catalogue() {
#define TEMPERA_ENTRY(name) name##_model(),
    static const std::vector<ModelEntry> entries{TEMPERA_MODELS(TEMPERA_ENTRY)};
#undef TEMPERA_ENTRY
    return entries;
}

ModelInfo model_info(const Json& section) {
    const std::string type = type_of(section);
    for (const ModelEntry& entry : model_catalogue()) {
        if (entry.info.name == type) {
            return entry.info_of(section);
        }
    }
    return {};
}

bool needs_training(const Json& section) {
    return model_info(section).trainable && section.value("file", "").empty();
}

std::string trainable_models() {
    std::string out;
    for (const ModelEntry& entry : model_catalogue()) {
        if (entry.info_of(Json::object()).trainable) {
            out += (out.empty() ? "" : " or ") + entry.info.name;
        }
    }
    return out;
}

void check_trainable(const Json& section) {
    if (!model_info(section).trainable) {
        const std::string type = type_of(section);
        throw ConfigError("model.type", "\"" + (type.empty() ? "none" : type) +
                                            "\" cannot be trained; choose " + trainable_models());
    }
}

}  // namespace tempera
