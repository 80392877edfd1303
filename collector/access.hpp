#pragma once
#include <string>

namespace natsrec {

/// A password or token, or where it is to be found. It never gets into the recording, a message or `ps`.
struct Secret {
  enum class From { nowhere, text, file, environment };
  From from = From::nowhere;
  std::string value;  ///< the secret itself, the file's path, or the variable's name

  explicit operator bool() const { return from != From::nowhere; }
  /// Read anew for every epoch, so that one that is renewed in its file is taken up; a file's last line break
  /// is no part of it. Failure(Exit::usage) naming the file or variable if there is none.
  std::string read() const;
  bool operator==(const Secret&) const = default;
};

/// How a target is reached, beyond its URL. Empty: not said.
struct Access {
  std::string user;  ///< basic authentication
  Secret password;
  Secret token;                 ///< bearer authentication
  std::string ca;               ///< file with the authorities that are trusted, instead of the system's
  std::string cert, key;        ///< files with the client's certificate and its key
  std::string server_name;      ///< that the server's certificate has to be for, instead of the URL's host
  bool tls_1_3 = false;         ///< nothing older; else nothing older than 1.2
  std::string creds;            ///< file with a user's JWT and seed, for the system account
  std::string nkey, nkey_seed;  ///< its public key and the file with its seed
  std::string proxy;            ///< URL of an HTTP proxy; those of the environment are not used
  bool operator==(const Access&) const = default;
};

}  // namespace natsrec
