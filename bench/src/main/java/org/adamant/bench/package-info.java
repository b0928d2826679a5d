/** The command-line program of the project's benchmarks and training examples. */
package org.adamant.bench;
