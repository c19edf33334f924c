#version 330 core
// A grid (R32F) through a transfer and the theme's colour table. Densities: density_transfer() of engine/figures, log10
// over 2.6 decades below the maximum, 0 at and below that. Differences: linear around zero, cells above 1e37 are left out.
in vec2 uv;
out vec4 colour;
uniform sampler2D grid;      // nearest; interpolated here because R32F need not be filterable
uniform sampler2D table;     // 256 x 2 RGB: densities, differences
uniform float maximum;
uniform float decades;
uniform bool diverging;

float value(ivec2 at, ivec2 size) { return texelFetch(grid, clamp(at, ivec2(0), size - 1), 0).r; }

void main() {
    ivec2 size = textureSize(grid, 0);
    vec2 p = uv * vec2(size) - 0.5;
    ivec2 base = ivec2(floor(p));
    vec2 f = p - vec2(base);
    float a = value(base, size), b = value(base + ivec2(1, 0), size);
    float c = value(base + ivec2(0, 1), size), d = value(base + ivec2(1, 1), size);
    float v = mix(mix(a, b, f.x), mix(c, d, f.x), f.y);
    if (diverging) {
        // A cell is hidden or not as a whole; between those that are not, values go over into each other.
        vec4 cells = vec4(a, b, c, d), known = vec4(lessThan(cells, vec4(1e37)));
        vec4 share = known * vec4((1.0 - f.x) * (1.0 - f.y), f.x * (1.0 - f.y), (1.0 - f.x) * f.y, f.x * f.y);
        bool hidden = value(ivec2(floor(uv * vec2(size))), size) > 1e37;
        v = dot(share, min(cells, vec4(1e37)) * known) / max(dot(share, vec4(1.0)), 1e-6);
        float t = clamp(0.5 + 0.5 * v / maximum, 0.0, 1.0);
        colour = hidden ? vec4(0.0) : vec4(texture(table, vec2((t * 255.0 + 0.5) / 256.0, 0.75)).rgb, 1.0);
        return;
    }
    float t = (v > 0.0 && maximum > 0.0) ? clamp(1.0 + log(v / maximum) / log(10.0) / decades, 0.0, 1.0) : 0.0;
    colour = vec4(texture(table, vec2((t * 255.0 + 0.5) / 256.0, 0.25)).rgb, 1.0);
}
