// SPDX-License-Identifier: MIT
#include "models/weights.hpp"

#include <cmath>

#include "core/npy.hpp"
#include "models/model.hpp"

namespace tempera {

namespace {

constexpr int format_version = 1;
constexpr const char* how_to_make = "; write it with tempera train, or leave model.file empty to train first";

/// Collects the file's name and the place for error messages.
struct Reader {
    std::filesystem::path file;
    std::string place;

    [[noreturn]] void fail(const std::string& what) const {
        throw ConfigError(place, "\"" + file.string() + "\" " + what);
    }

    const NpyArray& array(const Npz& npz, const std::string& name) const {
        const auto found = npz.find(name);
        if (found == npz.end()) {
            fail("has no array " + name + how_to_make);
        }
        return found->second;
    }
    std::vector<float> values(const Npz& npz, const std::string& name,
                              const std::vector<std::size_t>& shape) const {
        const NpyArray& a = array(npz, name);
        if (a.shape != shape) {
            fail("holds " + name + " of shape " + Json(a.shape).dump() + " where its network needs " +
                 Json(shape).dump() + how_to_make);
        }
        std::vector<float> out;
        for (double v : a.to_doubles()) {
            if (!std::isfinite(v)) {
                fail("holds a value in " + name +
                     " that is not a finite number: the training diverged or the file is damaged" +
                     how_to_make);
            }
            out.push_back(static_cast<float>(v));
        }
        return out;
    }
    template <class T>
    T meta(const Json& m, const char* key) const {
        try {
            return m.at(key).get<T>();
        } catch (const nlohmann::json::exception&) {
            fail(std::string("has no usable \"") + key + "\" in its meta text" + how_to_make);
        }
    }
};

Json meta_of(const Reader& r, const Npz& npz) {
    const NpyArray& a = r.array(npz, "meta");
    if (a.type != NpyArray::Type::u8) {
        r.fail(std::string("has a meta array that is not bytes of text") + how_to_make);
    }
    const Json meta = parse_json(a.bytes);
    if (!meta.is_object()) {
        r.fail(std::string("has a meta text that is not JSON") + how_to_make);
    }
    return meta;
}

NetworkWeights head_of(const Reader& r, const Json& meta) {
    NetworkWeights w;
    if (const int version = r.meta<int>(meta, "version"); version > format_version) {
        r.fail("is of version " + std::to_string(version) + ", newer than this program reads (1)");
    }
    w.type = r.meta<std::string>(meta, "type");
    w.dim = r.meta<int>(meta, "dim");
    w.hidden = r.meta<std::vector<int>>(meta, "hidden");
    w.activation = r.meta<std::string>(meta, "activation");
    w.head = r.meta<std::string>(meta, "head");
    w.parameterisation = r.meta<std::string>(meta, "parameterisation");
    w.sigma_data = r.meta<double>(meta, "sigma_data");
    w.energy_scale_floor = r.meta<double>(meta, "energy_scale_floor");
    w.shift = r.meta<std::vector<double>>(meta, "shift");
    w.scale = r.meta<double>(meta, "scale");
    if (meta.contains("noise")) {  // files of earlier versions do not say
        const auto noise = r.meta<std::vector<double>>(meta, "noise");
        if (noise.size() != 2 || !(noise[0] > 0 && noise[0] < noise[1])) {
            r.fail("has an impossible range of noise levels in its meta text");
        }
        w.noise_min = noise[0], w.noise_max = noise[1];
    }
    const bool sane = w.dim > 0 && w.dim <= 100000 && !w.hidden.empty() &&
                      w.shift.size() == static_cast<std::size_t>(w.dim) && w.sigma_data > 0 &&
                      std::isfinite(w.sigma_data) && w.energy_scale_floor >= 0 &&
                      std::isfinite(w.energy_scale_floor) && w.scale > 0 && std::isfinite(w.scale);
    for (int h : w.hidden) {
        if (h < 1 || h > 8192) {
            r.fail("has hidden layers of impossible widths in its meta text");
        }
    }
    if (!sane) {
        r.fail("has impossible numbers in its meta text (dim, shift, scale, sigma_data, energy_scale_floor)");
    }
    if (!model_info({{"type", w.type}}).trainable) {
        r.fail("holds a network of type \"" + w.type + "\"; choose one of type " + trainable_models());
    }
    return w;
}

bool close(double a, double b) { return std::abs(a - b) <= 1e-6 * (1 + std::abs(a) + std::abs(b)); }

}  // namespace

bool NetworkWeights::has_energy() const { return model_info({{"type", type}}).has_log_density; }

int NetworkWeights::n_outputs() const { return has_energy() && head == "scalar" ? 1 : dim; }

void write_network_weights(const std::filesystem::path& file, const NetworkWeights& w) {
    Npz npz;
    for (std::size_t l = 0; l < w.layers.size(); ++l) {
        const NetworkWeights::Layer& layer = w.layers[l];
        const std::size_t in = static_cast<std::size_t>(layer.in), out = static_cast<std::size_t>(layer.out);
        npz["w" + std::to_string(l)] = NpyArray::of(layer.weight, {out, in});
        npz["b" + std::to_string(l)] = NpyArray::of(layer.bias, {out});
    }
    Json meta{{"version", format_version},
              {"type", w.type},
              {"dim", w.dim},
              {"hidden", w.hidden},
              {"activation", w.activation},
              {"head", w.head},
              {"parameterisation", w.parameterisation},
              {"sigma_data", w.sigma_data},
              {"energy_scale_floor", w.energy_scale_floor},
              {"shift", w.shift},
              {"scale", w.scale}};
    if (w.noise_max > 0) {
        meta["noise"] = {w.noise_min, w.noise_max};
    }
    const std::string text = meta.dump();
    NpyArray bytes;
    bytes.type = NpyArray::Type::u8;
    bytes.shape = {text.size()};
    bytes.bytes.assign(text.begin(), text.end());
    npz["meta"] = std::move(bytes);
    write_npz(file, npz);
}

NetworkWeights read_network_weights(const std::filesystem::path& given, const std::string& place) {
    const bool folder = std::filesystem::is_directory(given);
    Reader r{folder ? given / "weights.npz" : given, place};
    if (!std::filesystem::exists(r.file)) {
        r.fail(folder ? std::string("does not exist: the folder holds no trained weights") + how_to_make
                      : std::string("does not exist") + how_to_make);
    }
    Npz npz;
    try {
        npz = read_npz(r.file);
    } catch (const ConfigError& error) {
        throw ConfigError(place, std::string(error.what()) + how_to_make);
    }
    if (npz.contains("adam_first") && !npz.contains("meta")) {
        r.fail("is the checkpoint of a training; name its folder or the weights.npz in it");
    }
    NetworkWeights w = head_of(r, meta_of(r, npz));
    int in = w.dim + 1;
    for (std::size_t l = 0; l <= w.hidden.size(); ++l) {
        NetworkWeights::Layer layer;
        layer.in = in;
        layer.out = l < w.hidden.size() ? w.hidden[l] : w.n_outputs();
        const std::size_t rows = static_cast<std::size_t>(layer.out),
                          columns = static_cast<std::size_t>(layer.in);
        layer.weight = r.values(npz, "w" + std::to_string(l), {rows, columns});
        layer.bias = r.values(npz, "b" + std::to_string(l), {rows});
        in = layer.out;
        w.layers.push_back(std::move(layer));
    }
    return w;
}

NetworkWeights read_network_weights(const std::string& type, const NetworkSettings& s, int dim,
                                    const std::vector<double>& shift, double scale,
                                    const std::string& place) {
    NetworkWeights w = read_network_weights(s.file, place);
    const Reader r{s.file, place};
    if (w.type != type) {
        r.fail("holds a network of type \"" + w.type + "\", but model.type is \"" + type +
               "\"; change model.type or take another file");
    }
    if (w.dim != dim) {
        r.fail("was trained in dimension " + std::to_string(w.dim) + ", but the target has " +
               std::to_string(dim) + "; take another file or target");
    }
    const std::vector<int> hidden(s.hidden.begin(), s.hidden.end());
    if (w.hidden != hidden) {
        r.fail("holds hidden layers " + Json(w.hidden).dump() + ", but model.hidden is " +
               Json(hidden).dump() + "; set model.hidden to the file's");
    }
    if (w.activation != s.activation || w.parameterisation != s.parameterisation ||
        (w.has_energy() && w.head != s.head)) {
        r.fail("holds a network with activation \"" + w.activation + "\", head \"" + w.head +
               "\" and parameterisation \"" + w.parameterisation +
               "\", which the preset's model section contradicts; set these three to the file's");
    }
    bool same = close(w.scale, scale);
    for (std::size_t i = 0; i < w.shift.size(); ++i) {
        same = same && close(w.shift[i], shift[i]);
    }
    if (!same) {
        r.fail("was trained in coordinates (x - " + Json(w.shift).dump() + ") / " + Json(w.scale).dump() +
               ", but the path uses (x - " + Json(shift).dump() + ") / " + Json(scale).dump() +
               "; change path.standardise or take another file");
    }
    return w;
}

}  // namespace tempera
