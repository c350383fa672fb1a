#include "profiles/stat.h"

#include "profiles/support/json_fields.h"

namespace mlplan {

template <class F, Like<HistogramBin> T>
void fields(F& field, T& bin) {
  field("low", bin.low);
  field("high", bin.high);
  field("count", bin.count);
}

template <class F, Like<Percentile> T>
void fields(F& field, T& percentile) {
  field("value", percentile.value);
  field("high", percentile.high);
  field("needs", percentile.needs);
}

template <class F, Like<Stat> T>
void fields(F& field, T& stat) {
  field("median", stat.median);
  field("low", stat.low);
  field("high", stat.high);
  field("confidence", stat.confidence);
  field("min", stat.min);
  field("max", stat.max);
  field("lower_quartile", stat.lower_quartile);
  field("n", stat.n);
  field("percentiles", stat.percentiles);
  field("samples", stat.samples);
  field("histogram", stat.histogram);
  field("outliers", stat.outliers);
}

void to_json(nlohmann::json& json, const Stat& stat) { json_fields::write(json, stat); }
void to_json(nlohmann::ordered_json& json, const Stat& stat) { json_fields::write(json, stat); }
void from_json(const nlohmann::json& json, Stat& stat) { json_fields::read(json, stat); }
void from_json(const nlohmann::ordered_json& json, Stat& stat) { json_fields::read(json, stat); }

}  // namespace mlplan
