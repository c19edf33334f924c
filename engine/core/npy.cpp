// SPDX-License-Identifier: MIT
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html (versions 1, 2 and 3).
#include "core/npy.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/errors.hpp"
#include "core/files.hpp"

namespace tempera {

static_assert(std::endian::native == std::endian::little,
              "npy files are written in the machine's byte order");

namespace {

using Bytes = std::vector<std::uint8_t>;
using Type = NpyArray::Type;

struct TypeName {
    Type type;
    const char* text;
    std::size_t bytes;
};
constexpr TypeName type_names[] = {{Type::f32, "<f4", 4},
                                   {Type::f64, "<f8", 8},
                                   {Type::i32, "<i4", 4},
                                   {Type::i64, "<i8", 8},
                                   {Type::u8, "|u1", 1}};

const TypeName& name_of(Type type) { return type_names[static_cast<std::size_t>(type)]; }

/// Number of elements, or nothing when it (or its bytes) does not fit.
std::size_t element_count(const std::vector<std::size_t>& shape, std::size_t element, bool& overflow) {
    std::size_t n = 1;
    overflow = false;
    for (const std::size_t s : shape) {
        if (s != 0 && n > std::numeric_limits<std::size_t>::max() / element / s) {
            overflow = true;
            return 0;
        }
        n *= s;
    }
    return n;
}

template <class T>
NpyArray make_array(Type type, const std::vector<T>& values, std::vector<std::size_t> shape) {
    NpyArray a{type, std::move(shape), Bytes(values.size() * sizeof(T))};
    if (a.size() != values.size()) {
        throw std::logic_error("npy: the shape does not hold the values");
    }
    if (!values.empty()) {
        std::memcpy(a.bytes.data(), values.data(), a.bytes.size());
    }
    return a;
}

template <class T>
void append_doubles(const Bytes& bytes, std::vector<double>& out) {
    for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
        T v;
        std::memcpy(&v, bytes.data() + i, sizeof(T));
        out.push_back(static_cast<double>(v));
    }
}

/// Reads the header's Python dictionary: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }.
class HeaderReader {
public:
    HeaderReader(const std::string& text, const std::string& name) : text_(text), name_(name) {}

    void read(std::string& descr, bool& fortran, std::vector<std::size_t>& shape) {
        bool has_descr = false, has_order = false, has_shape = false;
        expect('{');
        while (!take('}')) {
            const std::string key = quoted();
            expect(':');
            if (key == "descr") {
                skip_space();
                if (at_ < text_.size() && text_[at_] == '[') {
                    fail("holds records; only plain numbers can be read");
                }
                descr = quoted(), has_descr = true;
            } else if (key == "fortran_order") {
                fortran = boolean(), has_order = true;
            } else if (key == "shape") {
                shape = tuple(), has_shape = true;
            } else {
                fail("has an unknown header entry '" + key + "'");
            }
            if (!take(',')) {
                expect('}');
                break;
            }
        }
        if (!has_descr || !has_order || !has_shape) {
            fail("has an incomplete header (descr, fortran_order and shape are needed)");
        }
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw ConfigError(name_, what); }
    [[noreturn]] void damaged() const {
        fail("has a damaged npy header at character " + std::to_string(at_));
    }
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
            ++at_;
        }
    }
    bool take(char c) {
        skip_space();
        if (at_ < text_.size() && text_[at_] == c) {
            ++at_;
            return true;
        }
        return false;
    }
    void expect(char c) {
        if (!take(c)) {
            damaged();
        }
    }
    std::string quoted() {
        skip_space();
        if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) {
            damaged();
        }
        const std::size_t end = text_.find(text_[at_], at_ + 1);
        if (end == std::string::npos) {
            damaged();
        }
        std::string out = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return out;
    }
    bool boolean() {
        skip_space();
        for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}}) {
            if (text_.compare(at_, std::strlen(word), word) == 0) {
                at_ += std::strlen(word);
                return value;
            }
        }
        damaged();
    }
    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> out;
        expect('(');
        while (!take(')')) {
            skip_space();
            std::size_t value = 0, digits = 0;
            for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++digits) {
                if (digits == 18) {
                    fail("has an impossible shape");
                }
                value = value * 10 + static_cast<std::size_t>(text_[at_] - '0');
            }
            if (digits == 0 || out.size() == 32) {
                damaged();
            }
            if (at_ < text_.size() && text_[at_] == 'L') {  // NumPy under Python 2 wrote long integers
                ++at_;
            }
            out.push_back(value);
            if (!take(',')) {
                expect(')');
                break;
            }
        }
        return out;
    }

    const std::string& text_;
    const std::string& name_;
    std::size_t at_ = 0;
};

/// Fortran order (first index fastest) to C order.
Bytes to_c_order(const Bytes& in, const std::vector<std::size_t>& shape, std::size_t element) {
    Bytes out(in.size());
    std::vector<std::size_t> index(shape.size(), 0), stride(shape.size(), 1);
    for (std::size_t i = 1; i < shape.size(); ++i) {
        stride[i] = stride[i - 1] * shape[i - 1];
    }
    for (std::size_t to = 0; to < in.size(); to += element) {
        const std::size_t from =
            std::inner_product(index.begin(), index.end(), stride.begin(), std::size_t{0});
        std::memcpy(out.data() + to, in.data() + from * element, element);
        for (std::size_t i = shape.size(); i-- > 0;) {
            if (++index[i] < shape[i]) {
                break;
            }
            index[i] = 0;
        }
    }
    return out;
}

}  // namespace

NpyArray NpyArray::of(const std::vector<double>& v, std::vector<std::size_t> s) {
    return make_array(Type::f64, v, std::move(s));
}
NpyArray NpyArray::of(const std::vector<float>& v, std::vector<std::size_t> s) {
    return make_array(Type::f32, v, std::move(s));
}
NpyArray NpyArray::of(const std::vector<std::int32_t>& v, std::vector<std::size_t> s) {
    return make_array(Type::i32, v, std::move(s));
}
NpyArray NpyArray::of(const std::vector<std::int64_t>& v, std::vector<std::size_t> s) {
    return make_array(Type::i64, v, std::move(s));
}

std::size_t NpyArray::size() const {
    return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::vector<double> NpyArray::to_doubles() const {
    std::vector<double> out;
    out.reserve(size());
    switch (type) {
    case Type::f32:
        append_doubles<float>(bytes, out);
        break;
    case Type::f64:
        append_doubles<double>(bytes, out);
        break;
    case Type::i32:
        append_doubles<std::int32_t>(bytes, out);
        break;
    case Type::i64:
        append_doubles<std::int64_t>(bytes, out);
        break;
    case Type::u8:
        append_doubles<std::uint8_t>(bytes, out);
        break;
    }
    return out;
}

NpyArray parse_npy(const Bytes& in, const std::string& name) {
    if (in.size() < 10 || std::memcmp(in.data(), "\x93NUMPY", 6) != 0) {
        throw ConfigError(name, "is not an npy file (the first bytes are not \\x93NUMPY)");
    }
    const int version = in[6];
    const std::size_t start = version == 1 ? 10 : 12;
    if (version < 1 || version > 3 || in.size() < start) {
        throw ConfigError(name, "has an unknown or damaged npy version (" + std::to_string(version) + ")");
    }
    std::size_t length = 0;
    for (std::size_t i = start; i-- > 8;) {
        length = length << 8 | in[i];
    }
    if (length > in.size() - start) {
        throw ConfigError(name, "is truncated: its header should have " + std::to_string(length) + " bytes");
    }
    std::string descr;
    bool fortran = false;
    NpyArray out;
    const std::string header(in.begin() + static_cast<std::ptrdiff_t>(start),
                             in.begin() + static_cast<std::ptrdiff_t>(start + length));
    HeaderReader(header, name).read(descr, fortran, out.shape);

    const TypeName* found = nullptr;
    for (const TypeName& t : type_names) {
        // "=" is the writer's own order, and one byte has no order.
        if (descr.size() >= 3 && descr.substr(1) == t.text + 1 &&
            (descr[0] == '<' || descr[0] == '=' || (t.bytes == 1 && descr[0] == '|'))) {
            found = &t;
        }
    }
    if (!found) {
        throw ConfigError(name,
                          "has elements of type \"" + descr +
                              "\"; float32, float64, int32, int64 and uint8 (little-endian) can be read");
    }
    out.type = found->type;
    bool overflow = false;
    const std::size_t n = element_count(out.shape, found->bytes, overflow);
    const std::size_t available = in.size() - start - length;
    if (overflow || n * found->bytes > available) {
        throw ConfigError(name, "is truncated: its shape needs " +
                                    (overflow ? std::string("more memory than there is")
                                              : std::to_string(n * found->bytes) + " bytes") +
                                    ", " + std::to_string(available) + " follow the header");
    }
    const auto data = in.begin() + static_cast<std::ptrdiff_t>(start + length);
    out.bytes.assign(data, data + static_cast<std::ptrdiff_t>(n * found->bytes));
    if (fortran && out.shape.size() > 1) {
        out.bytes = to_c_order(out.bytes, out.shape, found->bytes);
    }
    return out;
}

std::vector<std::uint8_t> format_npy(const NpyArray& array) {
    std::string header =
        std::string("{'descr': '") + name_of(array.type).text + "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < array.shape.size(); ++i) {
        header += (i ? ", " : "") + std::to_string(array.shape[i]);
    }
    header += array.shape.size() == 1 ? ",), }" : "), }";
    // NumPy aligns the data to 64 bytes and ends the header with a line break.
    header.append(63 - (10 + header.size()) % 64, ' ');
    header += '\n';
    Bytes out;
    out.reserve(10 + header.size() + array.bytes.size());
    for (const std::size_t byte :
         {std::size_t{0x93}, std::size_t{'N'}, std::size_t{'U'}, std::size_t{'M'}, std::size_t{'P'},
          std::size_t{'Y'}, std::size_t{1}, std::size_t{0}, header.size() & 0xFF, header.size() >> 8}) {
        out.push_back(static_cast<std::uint8_t>(byte));
    }
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), array.bytes.begin(), array.bytes.end());
    return out;
}

NpyArray read_npy(const std::filesystem::path& file) {
    return parse_npy(read_file_bytes(file), file.string());
}

void write_npy(const std::filesystem::path& file, const NpyArray& array) {
    const Bytes bytes = format_npy(array);
    write_bytes_atomically(file, bytes.data(), bytes.size());
}

}  // namespace tempera
