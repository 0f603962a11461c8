-- The tables of scale_folder.py, from `shape` (the spans of every kind of request) and `names` (the services).
-- unit(x) is an even number from 0 to 1 that depends on x alone, so that the folder can be written twice.
CREATE MACRO unit(x) AS (hash(x) % 1000003) / 1000003.0;
CREATE MACRO begins() AS TIMESTAMPTZ '$START';
CREATE MACRO trace_id(t) AS md5('t' || t);
CREATE MACRO span_id(t, place) AS substr(md5(t || '/' || place), 1, 16);
CREATE MACRO resource(service, pod) AS MAP {
    'service.name': service, 'service.version': '1.' || (hash(service) % 9), 'k8s.namespace.name': 'prod',
    'k8s.pod.name': service || '-' || pod, 'k8s.node.name': 'node-' || (hash((service, pod)) % 50)};
CREATE MACRO nothing() AS MAP {}::MAP(VARCHAR, VARCHAR);

CREATE TABLE span AS
WITH trace AS (
    SELECT t, (unit((t, $SEED, 1)) * (SELECT max(template) + 1 FROM shape))::INT
               % (SELECT max(template) + 1 FROM shape) AS template,
           begins() + to_microseconds((unit((t, $SEED, 2)) * $MINUTES * 60e6)::BIGINT) AS begun,
           0.5 + 1.2 * unit((t, $SEED, 3)) * unit((t, $SEED, 4)) AS pace,
           unit((t, $SEED, 5)) < 0.7 AS unlucky
    FROM range($TRACES) AS r(t))
SELECT t, template, place, above, service, name, kind, route, hash((t, service)) % 3 AS pod,
       begun + to_microseconds((shift * pace * 1000)::BIGINT) AS moment, (took * pace * 1e6)::BIGINT AS ns,
       unlucky AND fault AND begun >= TIMESTAMPTZ '$ONSET' AS broke,
       unlucky AND (fault OR over) AND begun >= TIMESTAMPTZ '$ONSET' AS failed
FROM trace JOIN shape USING (template);

CREATE VIEW otel_traces AS
SELECT moment AS Timestamp, trace_id(t) AS TraceId, span_id(t, place) AS SpanId,
       CASE WHEN place = 0 THEN '' ELSE span_id(t, above) END AS ParentSpanId, name AS SpanName,
       CASE kind WHEN 'Db' THEN 'Client' ELSE kind END AS SpanKind, service AS ServiceName,
       resource(service, pod) AS ResourceAttributes,
       CASE kind WHEN 'Db'
           THEN MAP {'db.system.name': 'postgresql', 'server.address': 'db-' || (hash(service) % 8)}
           ELSE MAP {'http.request.method': 'GET', 'http.route': route, 'url.path': route || '/' || t,
                     'http.response.status_code': CASE WHEN broke THEN '500' WHEN failed THEN '502' ELSE '200' END,
                     'customer.tier': ['free', 'gold', 'trial'][(1 + hash((t, 'c')) % 3)::INT]}
       END AS SpanAttributes,
       ns AS Duration, CASE WHEN failed THEN 'Error' ELSE 'Unset' END AS StatusCode,
       CASE WHEN broke THEN 'KeyError: ''rebate''' ELSE '' END AS StatusMessage
FROM span ORDER BY moment;

CREATE VIEW otel_logs AS
WITH served AS (
    SELECT moment + to_microseconds(ns // 1000) AS Timestamp, trace_id(t) AS TraceId, span_id(t, place) AS SpanId,
           broke, failed, service, pod, route,
           CASE WHEN broke THEN 'request failed: KeyError'
                WHEN failed THEN 'upstream answered 502 for ' || route || '/' || t
                ELSE name || ' for customer ' || t || ' answered 200 in ' || (ns // 1000000) || ' ms' END AS Body
    FROM span WHERE kind = 'Server'),
idle AS (
    SELECT begins() + to_microseconds((unit((i, 'l')) * $MINUTES * 60e6)::BIGINT) AS Timestamp,
           hash((i, 'w')) % 40 AS word, service, hash((i, 'p')) % 3 AS pod, i
    FROM range(greatest(0, $LOGS - (SELECT count(*) FROM served))) AS r(i)
    JOIN names ON n = hash((i, 's')) % (SELECT count(*) FROM names))
SELECT Timestamp, TraceId, SpanId, CASE WHEN failed THEN 'ERROR' ELSE 'INFO' END AS SeverityText,
       CASE WHEN failed THEN 17 ELSE 9 END AS SeverityNumber, service AS ServiceName, Body,
       CASE WHEN broke
           THEN MAP {'http.route': route, 'exception.type': 'KeyError', 'exception.message': '''rebate''',
                     'exception.stacktrace': replace('$STACK', 'SERVICE', service)}
           ELSE MAP {'http.route': route} END AS LogAttributes,
       resource(service, pod) AS ResourceAttributes
FROM served
UNION ALL
SELECT Timestamp, '', '', CASE WHEN word = 0 THEN 'WARN' ELSE 'INFO' END, CASE WHEN word = 0 THEN 13 ELSE 9 END,
       service,
       'worker ' || word || ' of pool ' || chr((97 + word % 26)::INT) || ' took batch ' || i || ' with '
           || (i % 97) || ' items in ' || (i % 1313) || ' ms, cursor=' || md5(i || 'x'),
       MAP {'thread': 'pool-' || word}, resource(service, pod)
FROM idle
ORDER BY Timestamp;

CREATE TABLE step AS SELECT k, begins() + to_seconds(k * 30) AS moment FROM range($MINUTES * 2) AS r(k);

CREATE VIEW otel_metrics_gauge AS
SELECT moment AS TimeUnix, service AS ServiceName, metric AS MetricName, '1' AS MetricUnit,
       nothing() AS Attributes, resource(service, pod) AS ResourceAttributes,
       (1 + hash((service, metric)) % 50) * (1 + 0.1 * sin(k / 40.0) + 0.2 * unit((k, service, metric, pod)))
           / CASE WHEN metric LIKE '%utilization' THEN 100 ELSE 1 END AS Value
FROM step, names, range(3) AS p(pod), (SELECT unnest($POD_GAUGES) AS metric)
UNION ALL
SELECT moment, '', metric, '1', MAP {'device': 'd' || device}, MAP {'k8s.node.name': 'node-' || node},
       (1 + hash((node, metric, device)) % 50) * (1 + 0.3 * unit((k, node, metric, device)))
           / CASE WHEN metric LIKE '%utilization' THEN 100 ELSE 1 END
FROM step, range($NODES) AS n(node), range(2) AS d(device), (SELECT unnest($NODE_GAUGES) AS metric)
ORDER BY 1;

CREATE VIEW otel_metrics_sum AS
SELECT moment AS TimeUnix, service AS ServiceName, metric AS MetricName, 's' AS MetricUnit,
       nothing() AS Attributes, resource(service, pod) AS ResourceAttributes,
       1000 + (1 + hash(service) % 7) * (k + unit((k, service, metric, pod))) AS Value,
       TRUE AS IsMonotonic, 2 AS AggregationTemporality
FROM step, names, range(3) AS p(pod), (SELECT unnest($POD_SUMS) AS metric)
ORDER BY 1;

-- Of each service's routes and results, as its spans count them.
CREATE TABLE otel_metrics_histogram AS
WITH counted AS (
    SELECT service, route, CASE WHEN broke THEN '500' WHEN failed THEN '502' ELSE '200' END AS status, pod,
           (epoch(moment) - epoch(begins()))::BIGINT // 30 AS k, count(*) AS n, sum(ns) / 1e9 AS total, $CELLS AS cells
    FROM span WHERE kind = 'Server' GROUP BY ALL),
series AS (SELECT service, route, status, pod, min(k) AS first FROM counted GROUP BY ALL)
SELECT moment AS TimeUnix, service AS ServiceName, 'http.server.request.duration' AS MetricName, 's' AS MetricUnit,
       MAP {'http.request.method': 'GET', 'http.route': route, 'http.response.status_code': status} AS Attributes,
       resource(service, pod) AS ResourceAttributes,
       (sum(coalesce(n, 0)) OVER line)::BIGINT AS Count, sum(coalesce(total, 0)) OVER line AS Sum,
       $SUMS::BIGINT[] AS BucketCounts, $BOUNDS::DOUBLE[] AS ExplicitBounds, 2 AS AggregationTemporality
FROM series JOIN step ON step.k >= first LEFT JOIN counted USING (service, route, status, pod, k)
WINDOW line AS (PARTITION BY service, route, status, pod ORDER BY moment)
ORDER BY 1;
