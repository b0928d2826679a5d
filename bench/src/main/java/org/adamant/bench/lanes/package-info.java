/** Which lane width is the fastest for which size, and whether the chooser knows. */
package org.adamant.bench.lanes;
