#pragma once
#include "analyzer/incident/model.hpp"
#include "analyzer/report/across.hpp"
#include "schema/aliases.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace natsrec {

/// Replaces names so that a report can be given to strangers: clusters, servers, accounts, targets and the
/// recording become cluster-1, server-1, account-1, target-1 in byte order of the real names (see Aliases),
/// and addresses become host-1 in the order in which they are met. One name is one alias wherever it stands,
/// in sentences, ids and commands too. Same analysis, same aliases.
class Redactor {
 public:
  explicit Redactor(const Analysis& analysis);

  std::string text(std::string_view text);
  void analysis(Analysis& analysis);
  void annotations(std::vector<Annotation>& annotations);

 private:
  void replace(std::string& text) { text = this->text(text); }
  void replace(std::vector<std::string>& texts);
  void replace(std::vector<Evidence>& evidence);
  void replace(nlohmann::ordered_json& json);
  void replace(Finding& finding);
  void replace(Incident& incident);
  void replace(RecordingInfo& recording);
  const std::string& host(const std::string& address);

  Aliases aliases_;
  std::map<std::string, std::string> hosts_;
};

}  // namespace natsrec
