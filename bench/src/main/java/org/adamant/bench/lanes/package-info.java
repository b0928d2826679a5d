/** Measures which lane width is fastest for which size, and whether the chooser picks it. */
package org.adamant.bench.lanes;
