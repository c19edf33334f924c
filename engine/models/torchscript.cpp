// SPDX-License-Identifier: MIT
// Models brought by the user as TorchScript files: (y [n, dim], sigma [n]) -> energy [n] or score [n, dim].
#include "models/model.hpp"
#include "targets/torchscript_file.hpp"

namespace tempera {

namespace {

struct TorchscriptSettings {
    std::string file, output = "energy";

    void describe(Describer& d) {
        d.file("file", file, {}, {.help = "a .pt file written by torch.jit.save"});
        d.choice("output", output, {"energy", "score"}, {.help = "what the model returns"});
    }
    void check(const std::string& place, Problems& problems) const {
        check_torchscript_file(file, place + ".file", problems);
    }
};

template <class Real>
class Torchscript final : public Model<Real> {
public:
    Torchscript(const TorchscriptSettings& s, const ModelContext<Real>& context) {
        if (!context.load_torchscript) {
            refuse_without_libtorch("model.type", "export the network's weights to npz (energy_mlp)");
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
