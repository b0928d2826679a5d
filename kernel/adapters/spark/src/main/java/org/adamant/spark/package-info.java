/**
 * Adam whose state is sharded over the executors of Apache Spark, with the bits of one machine: {@link
 * org.adamant.spark.ShardedAdam}.
 */
package org.adamant.spark;
