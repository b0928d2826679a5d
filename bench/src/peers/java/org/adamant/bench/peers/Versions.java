package org.adamant.bench.peers;

import java.io.File;
import java.util.stream.Stream;

/** Finds out which version of a library runs: by the name of its jar, which not all tell otherwise. */
final class Versions {

  private Versions() {}

  /** The version of an artifact on the class path that has Maven's directories. */
  static String of(String group, String artifact) {
    final String directory =
        (group.replace('.', '/') + "/" + artifact + "/").replace('/', File.separatorChar);
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(path -> path.contains(directory))
        .map(path -> path.substring(path.indexOf(directory) + directory.length()))
        .map(rest -> rest.substring(0, rest.indexOf(File.separatorChar)))
        .findFirst()
        .orElse("(unknown version)");
  }
}
