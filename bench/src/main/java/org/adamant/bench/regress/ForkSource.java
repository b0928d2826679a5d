package org.adamant.bench.regress;

import java.io.IOException;

/** Where measurements come from. */
interface ForkSource {

  /**
   * Measures once.
   *
   * @throws IOException if there is no result; the message is one line
   */
  Fork run() throws IOException;
}
