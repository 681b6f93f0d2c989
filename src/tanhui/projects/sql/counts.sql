-- How many projects are in each state.
SELECT
    project.state,
    count(*) AS projects
FROM projects_project AS project
GROUP BY project.state;
