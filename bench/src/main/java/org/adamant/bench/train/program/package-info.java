/** The programs of {@code train}: each trains something and checks its own claims. */
package org.adamant.bench.train.program;
