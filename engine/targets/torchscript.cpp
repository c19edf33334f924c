// SPDX-License-Identifier: MIT
// A density that the user brings as a TorchScript file: (x [n, dim]) -> log density [n], in float32 or
// float64 as its parameters are. Scores and Hessian-vector products come from automatic differentiation;
// there is no Hessian matrix. Cost: a call of LibTorch per block of particles.
#include <mutex>

#include "core/recent.hpp"
#include "targets/survey.hpp"
#include "targets/target.hpp"
#include "targets/torchscript_file.hpp"

namespace tempera {

namespace {

struct TorchscriptSettings {
    std::string file;
    int dim = 2;

    void describe(Describer& d) {
        d.file("file", file, {},
               {.help = "a .pt file written by torch.jit.save: (x [n, dim]) -> log density [n]"});
        d.integer("dim", dim, {.min = 1, .max = 1024, .help = "columns of x"});
    }
    void check(const std::string& place, Problems& problems) const {
        check_torchscript_file(file, place + ".file", problems);
    }
};

template <class Real>
class Torchscript final : public Target<Real> {
public:
    Torchscript(const TorchscriptSettings& s, const TargetContext<Real>& context) : file_(s.file) {
        if (!context.load_torchscript) {
            refuse_without_libtorch("target.type",
                                    "write the density as a target of your own (docs/add_a_target.md)");
        }
        density_ = context.load_torchscript(s.file, s.dim);
    }
    int dim() const override { return density_->dim(); }
    bool has_hessian() const override { return false; }
    Box view_box() const override { return found().box; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        density_->evaluate_uncounted(x, wanted);
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        density_->hessian_vector_uncounted(x, v, out);
    }

private:
    /// Once for as long as the file stays the same: a module may take long.
    const Survey& found() const {
        constexpr long most_points = 200'000;
        static auto& kept = *new Recent<std::pair<FileStamp, int>, Survey>(8);
        std::call_once(surveyed_, [&] {
            found_ = kept.get({FileStamp(file_), dim()}, [&] {
                try {
                    return survey(*density_, most_points);
                } catch (const ConfigError&) {  // it fails somewhere: a run that comes there tells it
                    return Survey{};
                }
            });
        });
        return *found_;
    }

    std::string file_;
    std::shared_ptr<const Density<Real>> density_;
    mutable std::once_flag surveyed_;
    mutable std::shared_ptr<const Survey> found_;
};

}  // namespace

TargetEntry torchscript_target() {
    return target_entry<Torchscript, TorchscriptSettings>("torchscript",
                                                          "a log density of your own, as a TorchScript file");
}

}  // namespace tempera
