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

bool is_model(const Json& section) { return section.is_object() && section.value("type", "none") != "none"; }

bool is_trainable(const std::string& type) { return type == "energy_mlp" || type == "score_mlp"; }

bool needs_training(const Json& section) {
    return is_model(section) && is_trainable(section.value("type", "none")) &&
           section.value("file", "").empty();
}

}  // namespace tempera
