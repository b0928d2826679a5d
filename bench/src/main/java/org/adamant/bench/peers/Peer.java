package org.adamant.bench.peers;

import org.adamant.bench.results.Workload;

/** Another implementation of Adam. Implementations have a constructor without parameters. */
interface Peer {

  /** Its version, and that of its binding to Java. */
  String version();

  /** A contender that begins with copies of the kernel's arrays, which have not been stepped yet. */
  Contender start(Workload workload, KernelContender kernel);
}
