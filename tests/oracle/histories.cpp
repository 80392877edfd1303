#include "tests/oracle/histories.hpp"

namespace natsrec::oracle {
namespace {

using namespace std::chrono_literals;

std::size_t index(int server) { return static_cast<std::size_t>(server); }

class Writer {
 public:
  Writer(History& history, Links& links, const Pace& pace)
      : round_(add_round(history, pace)), links_(links), made_(round_.started - pace.age) {
    if (history.rounds.size() > 1) return;
    for (auto& row : links_.made) row.fill(round_.started - 1h);
    for (auto& row : links_.connection) row.fill(1);
  }

  void renew(int a, int b) { renew(a, b, made_); }
  void renew(int a, int b, Time made) {
    ++links_.connection.at(index(a)).at(index(b));
    links_.made.at(index(a)).at(index(b)) = made;
  }
  /// `a` < `b`; `lister` is one of them.
  void list(int a, int b, int lister) {
    auto& listing = round_.by.at(index(lister)).of.at(index(lister == a ? b : a));
    listing = {links_.connection.at(index(a)).at(index(b)), links_.made.at(index(a)).at(index(b))};
  }
  void answer(int server) { round_.by.at(index(server)).answered = true; }
  Time at(int server) const { return round_.by.at(index(server)).at; }

 private:
  Round& round_;
  Links& links_;
  Time made_;
};

}  // namespace

void write_directed(History& history, Links& links, const Pace& pace, std::uint64_t choice) {
  Writer writer(history, links, pace);
  if (choice % 2 == 1) writer.renew(0, 1);
  choice /= 2;
  for (int server = 0; server < 2; ++server, choice /= 3) {
    if (choice % 3 > 0) writer.answer(server);
    if (choice % 3 > 1) writer.list(0, 1, server);
  }
}

std::uint64_t link_choices(int servers) {
  std::uint64_t choices = 1;
  for (int link = servers * (servers - 1) / 2; link > 0; --link) choices *= 4;
  return choices;
}

void write_links(History& history, Links& links, const Pace& pace, std::uint64_t choice) {
  enum Link : std::uint64_t { up, down, one_sided, unknown };
  const int servers = history.servers;
  Writer writer(history, links, pace);
  for (int server = 0; server < servers; ++server) writer.answer(server);
  for (int a = 0; a < servers; ++a)
    for (int b = a + 1; b < servers; ++b, choice /= 4) {
      // Servers are asked one after the other: what `b` says is newer, so it is `b` that still lists.
      const auto link = static_cast<Link>(choice % 4);
      auto& gone = links.gone.at(index(a)).at(index(b));
      if (link == unknown)
        writer.renew(a, b, writer.at(b) - 1s);
      else if (link != down && gone)
        writer.renew(a, b);
      gone = link == down;
      if (link == up) writer.list(a, b, a);
      if (link != down) writer.list(a, b, b);
    }
}

void write_random(History& history, Links& links, const Pace& pace, std::mt19937_64& random) {
  const int servers = history.servers;
  const auto one_in = [&](unsigned n) { return random() % n == 0; };
  Writer writer(history, links, pace);
  for (int server = 0; server < servers; ++server)
    if (!one_in(5)) writer.answer(server);
  for (int a = 0; a < servers; ++a)
    for (int b = a + 1; b < servers; ++b) {
      if (one_in(4)) writer.renew(a, b);
      const auto what = random() % 8;  // mostly both ends agree
      if (what < 5 && what != 0) writer.list(a, b, a);
      if (what < 6 && what != 0 && what != 1) writer.list(a, b, b);
    }
}

}  // namespace natsrec::oracle
