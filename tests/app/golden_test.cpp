// SPDX-License-Identifier: MIT
// Single panels against stored pictures. TEMPERA_UPDATE_GOLDENS=1 rewrites them; look at them before they are
// kept.
#include <gtest/gtest.h>

#include <cairo.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "app/platform/egl_context.hpp"
#include "app/platform/frame.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "core/build_id.hpp"
#include "core/csv.hpp"
#include "core/npy.hpp"
#include "core/rng.hpp"
#include "figures/png.hpp"

namespace tempera::app {
namespace {

constexpr int channel_tolerance = 8;
constexpr double share_tolerance = 0.01;
constexpr const char *small_training = "small_training", *small_cluster = "small_cluster",  // made up here
                                                             *own_formula = "own_formula",
                     *wrong_formula = "wrong_formula", *own_points = "own_points";

struct Look {
    const char *preset, *theme;
    std::vector<std::string> panels;
    const char* story = "";
    const char* formula = "";               ///< that is looked at over the preset
    const char* name = "";                  ///< of the look, where it is another one than a person finds
    void (*arrange)(Workbench&) = nullptr;  ///< what makes it so
};

/// The same systems in other projections, one of them picked, coloured by what is known of their particles.
void by_observables(Workbench& bench) {
    bench.view.projection = Projection::observables;
    bench.view.projected = {"radius_of_gyration", "energy"};
    bench.view.ball_colour = BallColour::force;
    bench.view.pair_density = PairDensity::radial;
    bench.view.log_density = true;
    bench.pick(bench.workspace.points_in_view()->particle.at(100));
}
void by_principal_axes(Workbench& bench) {
    bench.view.projection = Projection::principal_axes;
    bench.view.ball_colour = BallColour::energy;
    bench.pick(bench.workspace.points_in_view()->particle.at(100));
}

/// What is stored: every panel of the catalogue at least once, with the first look where none names it.
std::vector<Look> with_every_panel(std::vector<Look> list) {
    for (const View& view : view_catalogue()) {
        const bool named = std::any_of(list.begin(), list.end(), [&](const Look& look) {
            return std::find(look.panels.begin(), look.panels.end(), view.id) != look.panels.end();
        });
        if (!named) {
            list.front().panels.push_back(view.id);
        }
    }
    return list;
}

const std::vector<Look>& looks() {
    static const std::vector<Look> list = with_every_panel(
        {{"two_lakes",
          "dark",
          {"setup", "density_path", "particles", "ess", "occupancy", "mode_weights", "health", "mode_mass",
           "log"}},
         {"two_lakes", "light", {"density_path", "particles", "ess", "mode_weights", "health"}},
         {"many_well", "dark", {"density_path", "occupancy"}},
         {"gmm40", "light", {"mode_weights", "occupancy"}},
         {"weight_collapse", "light", {"weights", "mode_weights", "health", "runs"}},
         {"re_ladder", "dark", {"replicas", "health", "swaps", "traces", "temperatures"}},
         {"re_ladder", "light", {"traces", "temperatures"}},
         {"re_ladder", "high_contrast", {"density_path", "swaps"}},
         {"blindness_story", "light", {"density_path", "score_field", "blindness", "mode_weights"}},
         {"blindness_story", "dark", {"story"}, "mode_blindness:1"},
         {"blindness_d8", "dark", {"mode_weights"}},
         {small_training, "light", {"training"}},
         {small_cluster, "dark", {"energy", "distances", "free_energy", "configuration"}},
         {small_cluster, "light", {"free_energy", "configuration"}},
         {own_formula, "dark", {"bring"}, "", "-x1^4 + 3*x1^2 - 0.8*(x2 - sin(2*x1))^2"},
         {wrong_formula, "light", {"bring"}, "", "-0.5*(x1^2/4 + (x2 - bend*(x1^2 - 4))^2)"},
         {own_points, "light", {"bring"}},
         {small_cluster,
          "dark",
          {"particles", "energy", "distances", "free_energy", "configuration"},
          "",
          "",
          "by_observables",
          by_observables},
         {small_cluster,
          "light",
          {"particles", "configuration"},
          "",
          "",
          "by_principal_axes",
          by_principal_axes}});
    return list;
}

std::filesystem::path stored_pictures() {
    return std::filesystem::path(TEMPERA_PRESET_DIR).parent_path() / "tests/app/goldens";
}

std::string picture_name(const Look& look, const std::string& panel) {
    const std::string name = *look.name ? std::string("_") + look.name : "";
    return std::string(look.preset) + "_" + panel + name + "_" + look.theme + ".png";
}

PanelPicture read_png(const std::filesystem::path& file) {
    PanelPicture out;
    cairo_surface_t* surface = cairo_image_surface_create_from_png(file.c_str());
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
        out.width = cairo_image_surface_get_width(surface);
        out.height = cairo_image_surface_get_height(surface);
        const unsigned char* data = cairo_image_surface_get_data(surface);
        for (int y = 0; y < out.height; ++y) {
            const auto* row = reinterpret_cast<const std::uint32_t*>(
                data + static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface));
            for (int x = 0; x < out.width; ++x) {
                for (int shift : {16, 8, 0}) {
                    out.rgb.push_back(static_cast<unsigned char>(row[x] >> shift & 255u));
                }
            }
        }
    }
    cairo_surface_destroy(surface);
    return out;
}

/// Share of pixels with a channel that differs by more than the tolerance.
double difference(const PanelPicture& a, const PanelPicture& b) {
    long n = 0;
    for (std::size_t i = 0; i + 2 < a.rgb.size(); i += 3) {
        int most = 0;
        for (std::size_t c = 0; c < 3; ++c) {
            most = std::max(most, std::abs(static_cast<int>(a.rgb[i + c]) - static_cast<int>(b.rgb[i + c])));
        }
        n += most > channel_tolerance;
    }
    return static_cast<double>(n) / (static_cast<double>(a.width) * a.height);
}

/// A folder of its own: trainings write into out/ of the current one.
class OwnFolder {
public:
    OwnFolder() : before_(std::filesystem::current_path()) {
        folder_ = std::filesystem::temp_directory_path() / ("tempera_pictures_" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        std::filesystem::current_path(folder_);
    }
    ~OwnFolder() {
        std::filesystem::current_path(before_);
        std::filesystem::remove_all(folder_);
    }
    OwnFolder(const OwnFolder&) = delete;
    OwnFolder& operator=(const OwnFolder&) = delete;

    /// The preset of that name: a shipped one, a network small enough to be trained in a moment, or a few
    /// particles that are sampled as fast.
    std::filesystem::path preset(const std::string& name) const {
        if (name == small_training) {
            return write(name, "learned_two_lakes_dsm",
                         {{"path", {{"n_levels", 16}}},
                          {"sampler", {{"n_particles", 512}}},
                          {"model",
                           {{"hidden", {16, 16}},
                            {"training", {{"batch_size", 64}, {"n_data", 400}, {"n_steps", 120}}}}}});
        }
        if (name == small_cluster) {
            return write(name, "dw4_reference",
                         {{"sampler", {{"type", "smc"}, {"n_particles", 2048}, {"ess_threshold", 0.7}}}});
        }
        if (name == own_points) {
            return points();
        }
        const bool is_formula = name == own_formula || name == wrong_formula;
        return std::filesystem::path(TEMPERA_PRESET_DIR) / ((is_formula ? "two_lakes" : name) + ".json");
    }

private:
    /// Rows of two correlated columns and their labels.
    std::filesystem::path points() const {
        std::string text = "dose,response,ill\n";
        for (int i = 0; i < 400; ++i) {
            Stream stream(StreamKey{.seed = 4, .purpose = Purpose::diagnostic},
                          static_cast<std::uint32_t>(i));
            const double dose = stream.normal(), response = 0.8 * dose + 0.6 * stream.normal();
            text += csv_number(dose) + "," + csv_number(response) + (response > 0.3 ? ",1\n" : ",0\n");
        }
        write_file_atomically(folder_ / "patients.csv", text);
        return folder_ / "patients.csv";
    }
    std::filesystem::path write(const std::string& name, const std::string& parent, Json preset) const {
        preset["schema"] = "tempera-preset";
        preset["version"] = 1;
        preset["parent"] = std::string(TEMPERA_PRESET_DIR) + "/" + parent + ".json";
        preset["name"] = name;
        const std::filesystem::path file = folder_ / (name + ".json");
        write_file_atomically(file, preset.dump(1));
        return file;
    }

    std::filesystem::path before_, folder_;
};

class Golden : public ::testing::TestWithParam<Look> {};

TEST_P(Golden, PanelsLookAsStored) {
    try {
        const EglContext probe(16, 16);
    } catch (const std::runtime_error& e) {
        GTEST_SKIP() << e.what();
    }
    const Look& look = GetParam();
    const std::filesystem::path beside = std::filesystem::absolute("golden_failures");
    const OwnFolder folder;
    AppOptions options;
    options.file = folder.preset(look.preset).string();
    options.theme = look.theme;
    options.story = look.story;
    options.formula = look.formula;
    options.width = 1280;
    options.height = 800;
    const std::filesystem::path stored = stored_pictures();
    const char* update = std::getenv("TEMPERA_UPDATE_GOLDENS");
    for (const PanelPicture& picture : panel_pictures(options, look.panels, look.arrange)) {
        const std::string name = picture_name(look, picture.panel);
        const std::string png = encode_png(picture.width, picture.height, picture.rgb);
        if (update && *update == '1') {
            std::filesystem::create_directories(stored);
            write_file_atomically(stored / name, png);
            continue;
        }
        const PanelPicture golden = read_png(stored / name);
        const bool same_size = golden.width == picture.width && golden.height == picture.height;
        const double share = same_size ? difference(picture, golden) : 1;
        EXPECT_TRUE(same_size) << name << ": " << picture.width << "x" << picture.height << ", stored "
                               << golden.width << "x" << golden.height;
        EXPECT_LE(share, share_tolerance) << name;
        if (share > share_tolerance) {
            std::filesystem::create_directories(beside);
            write_file_atomically(beside / name, png);
            ADD_FAILURE() << "the picture is in " << std::filesystem::absolute(beside / name);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Panels, Golden, ::testing::ValuesIn(looks()), [](const auto& tested) {
    return std::string(tested.param.preset) + "_" + tested.param.theme +
           (*tested.param.name ? std::string("_") + tested.param.name : "");
});

TEST(Goldens, EveryPanelHasAStoredPicture) {
    for (const View& view : view_catalogue()) {
        bool stored = false;
        for (const Look& look : looks()) {
            for (const std::string& panel : look.panels) {
                stored = stored || (panel == view.id &&
                                    std::filesystem::exists(stored_pictures() / picture_name(look, panel)));
            }
        }
        EXPECT_TRUE(stored) << "the panel " << view.id << " has no picture in tests/app/goldens";
    }
}

}  // namespace
}  // namespace tempera::app
