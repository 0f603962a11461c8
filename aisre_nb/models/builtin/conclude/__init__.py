"""From the picture to the report: verdict, claims, hypotheses, timeline, gaps."""
