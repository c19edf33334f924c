// SPDX-License-Identifier: MIT
// The survey of a density that is evaluated in float32.
#include <algorithm>

#include "targets/survey.hpp"

namespace tempera {

namespace {

/// A density in float32, as one in float64; without a Hessian matrix.
class Widened final : public Density<double> {
public:
    explicit Widened(const Density<float>& density) : density_(density) {}
    int dim() const override { return density_.dim(); }
    bool has_hessian() const override { return false; }

protected:
    void evaluate_block(Block<const double> x, const Wanted<double>& wanted) const override {
        Particles<float> at(x.n, dim()), score(x.n, dim());
        PerParticle<float> value(x.n);
        copy(x, at.block(0));
        density_.evaluate_uncounted(at.block(0), {.log_density = value.block(0),
                                                  .score = wanted.score ? score.block(0).data : nullptr});
        for (int l = 0; wanted.log_density && l < x.lanes(); ++l) {
            wanted.log_density[l] = value.block(0)[l];
        }
        if (wanted.score) {
            copy(Block<const float>(score.block(0)), Block<double>{wanted.score, dim(), x.n});
        }
    }
    void hessian_vector_block(Block<const double> x, Block<const double> v,
                              Block<double> out) const override {
        Particles<float> at(x.n, dim()), along(x.n, dim()), product(x.n, dim());
        copy(x, at.block(0)), copy(v, along.block(0));
        density_.hessian_vector_uncounted(at.block(0), along.block(0), product.block(0));
        copy(Block<const float>(product.block(0)), out);
    }

private:
    template <class From, class To>
    static void copy(Block<const From> from, Block<To> to) {
        for (int i = 0; i < from.dim; ++i) {
            std::copy_n(from.row(i), from.lanes(), to.row(i));
        }
    }
    const Density<float>& density_;
};

}  // namespace

Survey survey(const Density<float>& density, long most_points) {
    return survey(Widened(density), most_points);
}

}  // namespace tempera
