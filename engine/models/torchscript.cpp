// SPDX-License-Identifier: MIT
// Models brought by the user as TorchScript files: (y [n, dim], sigma [n]) -> energy [n] or score [n, dim].
#include <filesystem>
#include <fstream>

#include "models/model.hpp"

namespace tempera {

namespace {

struct TorchscriptSettings {
    std::string file, output = "energy";

    void describe(Describer& d) {
        d.file("file", file, {}, {.help = "a .pt file written by torch.jit.save"});
        d.choice("output", output, {"energy", "score"}, {.help = "what the model returns"});
    }
    void check(const std::string& place, Problems& problems) const {
        const std::string at = place + ".file", fix = "; name a .pt file written by torch.jit.save";
        if (file.empty()) {
            problems.add(at, "is empty" + fix);
            return;
        }
        std::ifstream in(file, std::ios::binary);
        char magic[4] = {};
        if (!in || std::filesystem::is_directory(file)) {
            problems.add(at, "\"" + file + "\" cannot be opened" + fix);
        } else if (!in.read(magic, 4) || std::string(magic, 4) != "PK\3\4") {
            problems.add(at, "\"" + file + "\" is no TorchScript archive" + fix);
        }
    }
};

template <class Real>
class Torchscript final : public Model<Real> {
public:
    Torchscript(const TorchscriptSettings& s, const ModelContext<Real>& context) {
        if (!context.load_torchscript) {
            throw ConfigError("model.type", "\"torchscript\" needs LibTorch, which this program was built "
                                            "without; build with TEMPERA_LEARN=ON, "
                                            "or export the network's weights to npz (energy_mlp)");
        }
        model_ = context.load_torchscript(write_settings(s), context);
    }
    int dim() const override { return model_->dim(); }
    bool has_log_density() const override { return model_->has_log_density(); }
    std::shared_ptr<const Density<Real>> at(double sigma) const override { return model_->at(sigma); }

private:
    std::shared_ptr<const Model<Real>> model_;
};

}  // namespace

ModelEntry torchscript_model() {
    return {make_entry<Model, ModelContext, Torchscript, TorchscriptSettings>(
                "model", "torchscript", "a model of your own as a TorchScript file"),
            [](const Json& s) {
                const auto output = s.find("output");
                return ModelInfo{.present = true,
                                 .trainable = false,
                                 .has_log_density = output == s.end() || *output == "energy"};
            }};
}

}  // namespace tempera
