"""Own-made twins of operators' files: their headers and ways of writing over the years, invented
rows. Two rows suffice for a spelling; what becomes of each is told beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Twin:
    """One file of an operator: its text, the tables beside it, and what each row becomes.

    `starts` is when the first row begins, in UTC.
    """

    layout: str
    text: str
    verdicts: tuple[str, ...]
    starts: str
    modes: tuple[str | None, ...] = ()
    beside: dict[str, str] = field(default_factory=dict)
    name: str = "trips.csv"

    def write(self, folder: Path) -> Path:
        """Writes the file and the tables beside it; answers the path of the file."""
        for name, text in self.beside.items():
            (folder / name).write_text(text, encoding="utf-8")
        path = folder / self.name
        path.write_text(self.text, encoding="utf-8")
        return path


_COMMON = (
    "ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,"
    "end_station_name,end_station_id,start_lat,start_lng,end_lat,end_lng,member_casual\n"
)
_CITI = (
    '"tripduration","starttime","stoptime","start station id","start station name",'
    '"start station latitude","start station longitude","end station id","end station name",'
    '"end station latitude","end station longitude","bikeid","usertype","birth year","gender"\n'
)
_BIKES = ("shared_bike", "shared_bike")
_MIXED = ("shared_bike", "shared_ebike")


def _common(layout: str, lat: float, lng: float, starts: str, form: str = "2022-07-01 ") -> Twin:
    row = (
        "A{n},{mode},{form}08:00:00{more},{form}08:10:00{more},Oak & 1,1,Elm & 2,2,"
        "{a},{b},{c},{b},member\n"
    )
    text = _COMMON
    for number, (mode, more) in enumerate((("classic_bike", ""), ("electric_bike", ".125"))):
        text += row.format(
            n=number, mode=mode, form=form, more=more, a=lat, b=lng, c=round(lat + 0.01, 4)
        )
    text += f"A9,docked_bike,{form}08:00:00,{form}08:10:00,Oak & 1,1,,,{lat},{lng},,,casual\n"
    modes = (*_MIXED, "shared_bike")
    return Twin(layout, text, ("ok", "ok", "no_end"), starts, modes)


TWINS: dict[str, Twin] = {
    "washington 2010-2019": Twin(
        "capital-bikeshare",
        '"Duration","Start date","End date","Start station number","Start station",'
        '"End station number","End station","Bike number","Member type"\n'
        '"600","2012-01-03 08:00:00","2012-01-03 08:10:00","31000","Oak & 1","31001","Elm",'
        '"W001","Member"\n'
        '"0","2012-01-03 08:00:00","2012-01-03 08:00:00","31000","Oak & 1","31001","Elm",'
        '"W001","Casual"\n',
        ("no_distance", "zero_duration"),
        "2012-01-03T13:00:00",
        _BIKES,
    ),
    "washington with its stations": Twin(
        "capital-bikeshare",
        "Duration,Start date,End date,Start station number,Start station,End station number,"
        "End station,Bike number,Member type\n"
        "600,2018-01-03 08:00:00,2018-01-03 08:10:00,31000,Oak,31001,Elm,W001,Member\n"
        "600,2018-01-03 08:00:00,2018-01-03 08:10:00,31000,Oak,39999,Far,W001,Member\n",
        ("ok", "no_end"),
        "2018-01-03T13:00:00",
        _BIKES,
        {
            "Capital_Bikeshare_Locations.csv": "X,Y,OBJECTID,TERMINAL_NUMBER,ADDRESS,LATITUDE,"
            "LONGITUDE\n0,0,1,31000,Oak,38.90,-77.03\n0,0,2,31001,Elm,38.91,-77.03\n"
        },
    ),
    "washington in its first years": Twin(
        "capital-bikeshare",
        "Duration,Start date,Start Station,End date,End Station,Bike#,Subscription Type\n"
        "0h 10m 0sec.,12/31/2011 8:00,Oak (31000),12/31/2011 8:10,Elm (31001),W1,Registered\n"
        "0h 10m 0sec.,1/2/2012 23:55,Oak (31000),1/3/2012 0:05,Elm (31001),W1,Casual\n",
        ("no_distance", "no_distance"),
        "2011-12-31T13:00:00",
        _BIKES,
    ),
    "washington since 2020": _common("capital-bikeshare", 38.90, -77.03, "2022-07-01T12:00:00"),
    "london until 2022": Twin(
        "bikedata-london",
        "Rental Id,Duration,Bike Id,End Date,EndStation Id,EndStation Name,Start Date,"
        "StartStation Id,StartStation Name\n"
        '1,600,7,04/07/2016 00:10,5,"Frith Street, Soho",04/07/2016 00:00,6,Oak\n'
        "2,,7,,,,04/07/2016 00:00,6,Oak\n",
        ("no_distance", "no_end"),
        "2016-07-03T23:00:00",
        _BIKES,
    ),
    "london with seconds and terminals": Twin(
        "bikedata-london",
        "Rental Id,Duration_Seconds,Bike Id,End Date,End Station Id,End Station Name,Start Date,"
        "Start Station Id,Start Station Name,EndStation Logical Terminal,endStationPriority_id\n"
        "1,600,7,13/01/2021 00:10:30,5,Elm,13/01/2021 00:00:30,6,Oak,1,1\n"
        "2,0,7,13/01/2021 00:00:30,6,Oak,13/01/2021 00:00:30,6,Oak,1,1\n",
        ("no_distance", "zero_duration"),
        "2021-01-13T00:00:30",
        _BIKES,
    ),
    "london since September 2022": Twin(
        "bikedata-london",
        '"Number","Start date","Start station number","Start station","End date",'
        '"End station number","End station","Bike number","Bike model","Total duration",'
        '"Total duration (ms)"\n'
        '"1","2023-02-01 08:00","0001","Oak","2023-02-01 08:10","0002","Elm","5","CLASSIC",'
        '"10m","600000"\n'
        '"2","2023-02-01 08:00","0001","Oak","2023-02-01 08:10","0002","Elm","5","PBSC_EBIKE",'
        '"10m","600000"\n',
        ("ok", "ok"),
        "2023-02-01T08:00:00",
        _MIXED,
        {"lo_st.csv": "id,name,lat,lon\n0001,Oak,51.50,-0.10\n0002,Elm,51.51,-0.10\n"},
    ),
    "boston 2012": Twin(
        "bikedata-boston",
        "Duration,Start date,End date,Start station number,Start station name,"
        "End station number,End station name,Bike number,Member type,Zip code,Gender\n"
        "600000,7/4/2012 8:00,7/4/2012 8:10,A1,Oak,B2,Elm,T1,Member,2116,Male\n"
        "600000,7/4/2012 8:00,7/4/2012 8:10,A1,Oak,Z9,Lost,T1,Casual,,\n",
        ("ok", "no_end"),
        "2012-07-04T12:00:00",
        _BIKES,
        {
            "bo_st1.csv": "Station,Station.ID,Latitude,Longitude\nOak,A1,42.35,-71.05\n",
            "bo_st2.csv": "Station.ID,Station,Latitude,Longitude\nB2,Elm,42.36,-71.05\n"
            "A1,Oak moved,42.99,-71.99\n",
        },
    ),
    "boston 2015-2022": Twin(
        "bikedata-boston",
        _CITI + '"600","2019-07-04 08:00:00.1230","2019-07-04 08:10:00.1230","1","Oak","42.35",'
        '"-71.05","2","Elm","42.36","-71.05","9","Subscriber","\\N","0"\n'
        '"600","2019-07-04 08:00:00","2019-07-04 08:10:00","1","Oak","42.35","-71.05","2","Elm",'
        '"\\N","\\N","9","Customer","1980","1"\n',
        ("ok", "no_end"),
        "2019-07-04T12:00:00.123000",
        _BIKES,
    ),
    "boston by its list of stations": Twin(
        "bikedata-boston",
        "Duration,Start date,End date,Start station number,Start station name,"
        "End station number,End station name,Bike number,Member type\n"
        "600000,7/4/2014 8:00,7/4/2014 8:10,A1,Oak,B2,Elm,T1,Member\n"
        "600000,7/4/2014 8:00,7/4/2014 8:10,A1,Oak,A1,Oak,T1,Member\n",
        ("ok", "no_distance"),
        "2014-07-04T12:00:00",
        _BIKES,
        {
            "current_bluebikes_stations.csv": "Last Updated,1/2/2022,,\n"
            "Number,Name,Latitude,Longitude\nA1,Oak,42.35,-71.05\nB2,Elm,42.36,-71.05\n"
        },
    ),
    "boston since 2023": _common("bikedata-boston", 42.35, -71.05, "2022-07-01T12:00:00"),
    "new york 2013": Twin(
        "bikedata-new-york",
        _CITI
        + '"600","2013-07-04 08:00:00","2013-07-04 08:10:00","1","Oak","40.75","-73.99","2","Elm",'
        '"40.76","-73.99","9","Subscriber","\\N","0"\n'
        '"600","2013-07-04 08:00:00","2013-07-04 08:10:00","1","Oak","40.75","-73.99","NULL",'
        '"NULL","NULL","NULL","9","Customer","\\N","0"\n',
        ("ok", "no_end"),
        "2013-07-04T12:00:00",
        _BIKES,
    ),
    "new york 2014-2016": Twin(
        "bikedata-new-york",
        _CITI.replace('"', "")
        + "600,9/4/2014 08:00:05,9/4/2014 08:10:05,1,Oak,40.75,-73.99,2,Elm,40.76,-73.99,9,S,,0\n"
        "600,3/13/2015 8:00,3/13/2015 8:10,1,Oak,40.75,-73.99,2,Elm,40.76,-73.99,9,S,,0\n",
        ("ok", "ok"),
        "2014-09-04T12:00:05",
        _BIKES,
    ),
    "new york at the turn of 2017": Twin(
        "bikedata-new-york",
        "Trip Duration,Start Time,Stop Time,Start Station ID,Start Station Name,"
        "Start Station Latitude,Start Station Longitude,End Station ID,End Station Name,"
        "End Station Latitude,End Station Longitude,Bike ID,User Type,Birth Year,Gender\n"
        "600,2016-12-01 08:00:00,2016-12-01 08:10:00,1,Oak,40.75,-73.99,2,Elm,40.76,-73.99,9,S,,1\n"
        "6,2016-12-01 08:00:00,2016-12-01 08:01:00,1,Oak,40.75,-73.99,2,Elm,40.76,-73.99,9,S,,1\n",
        ("ok", "too_fast"),
        "2016-12-01T13:00:00",
        _BIKES,
    ),
    "new york since 2021": _common("bikedata-new-york", 40.75, -73.99, "2022-07-01T12:00:00"),
    "chicago 2013-2019": Twin(
        "bikedata-chicago",
        "trip_id,starttime,stoptime,bikeid,tripduration,from_station_id,from_station_name,"
        "to_station_id,to_station_name,usertype,gender,birthday\n"
        '1,2013-06-27 12:11,2013-06-27 12:21,9,"600",5,Oak,6,Elm,Customer,,\n'
        '2,3/31/2015 23:58,4/1/2015 00:08,9,"1,600.0",5,Oak,6,Elm,Customer,,\n'
        "3,12/31/2016 23:57:52,1/1/2017 00:06:44,9,532,5,Oak,7,Lost,Customer,,\n",
        ("ok", "ok", "no_end"),
        "2013-06-27T17:11:00",
        (*_BIKES, "shared_bike"),
        {
            "Divvy_Stations_2013.csv": "id,name,latitude,longitude,dpcapacity,landmark,online date"
            "\n5,Oak,41.90,-87.63,1,1,6/28/2013\n6,Elm,41.91,-87.63,1,1,6/28/2013\n"
        },
    ),
    "chicago in 2018 and 2019": Twin(
        "bikedata-chicago",
        "01 - Rental Details Rental ID,01 - Rental Details Local Start Time,"
        "01 - Rental Details Local End Time,01 - Rental Details Bike ID,"
        "01 - Rental Details Duration In Seconds Uncapped,03 - Rental Start Station ID,"
        "03 - Rental Start Station Name,02 - Rental End Station ID,02 - Rental End Station Name,"
        "User Type,Member Gender,05 - Member Details Member Birthday Year\n"
        '1,2018-01-01 00:12:00,2018-01-01 00:17:23,9,"323.0",5,Oak,6,Elm,Subscriber,Male,1991\n'
        "2,2018-01-01 00:12:00,2018-01-03 00:17:23,9,323,5,Oak,6,Elm,Subscriber,Male,1991\n",
        ("ok", "too_long"),
        "2018-01-01T06:12:00",
        _BIKES,
        {"ch_st.csv": "id,name,latitude,longitude\n5,Oak,41.90,-87.63\n6,Elm,41.91,-87.63\n"},
    ),
    "chicago from 2018 on": Twin(
        "bikedata-chicago",
        "trip_id,start_time,end_time,bikeid,tripduration,from_station_id,from_station_name,"
        "to_station_id,to_station_name,usertype,gender,birthyear\n"
        '1,2019-10-01 00:01:39,2019-10-01 00:17:20,9,"1,940.0",5,Oak,6,Elm,Subscriber,Male,1987\n'
        "2,2019-10-01 00:01:39,2019-10-01 00:17:20,9,940.0,5,Oak,5,Oak,Subscriber,,\n",
        ("ok", "no_distance"),
        "2019-10-01T05:01:39",
        _BIKES,
        {"ch_st.csv": "id,name,latitude,longitude\n5,Oak,41.90,-87.63\n6,Elm,41.91,-87.63\n"},
    ),
    "washington with milliseconds": Twin(
        "capital-bikeshare",
        "Duration (ms),Start date,End date,Start station number,Start station,"
        "End station number,End station,Bike number,Member Type\n"
        "840866,8/31/2016 23:59,9/1/2016 0:13,31117,Oak,31228,Elm,W2,Registered\n"
        "840866,13/31/2016 23:59,9/1/2016 0:13,31117,Oak,31228,Elm,W2,Registered\n",
        ("no_distance", "malformed"),
        "2016-09-01T03:59:00",
        _BIKES,
    ),
    "los angeles 2016-2017": Twin(
        "bikedata-los-angeles",
        "trip_id,duration,start_time,end_time,start_station_id,start_lat,start_lon,"
        "end_station_id,end_lat,end_lon,bike_id,plan_duration,trip_route_category,"
        "passholder_type\n"
        "1,600,7/7/2016 4:17,7/7/2016 4:27,3,34.05,-118.24,4,34.06,-118.24,9,30,One Way,Flex Pass\n"
        "2,600,7/7/2016 4:17,7/7/2016 4:27,3,34.05,-118.24,3000,,,9,30,One Way,Flex Pass\n",
        ("ok", "no_end"),
        "2016-07-07T11:17:00",
        _BIKES,
    ),
    "los angeles since 2018": Twin(
        "bikedata-los-angeles",
        '"trip_id","duration","start_time","end_time","start_station","start_lat","start_lon",'
        '"end_station","end_lat","end_lon","bike_id","plan_duration","trip_route_category",'
        '"passholder_type","bike_type"\n'
        '1,10,"2019-07-01 00:04:00","2019-07-01 00:14:00",3,34.05,-118.24,4,34.06,-118.24,"9",30,'
        '"One Way","Monthly Pass","standard"\n'
        '2,10,"7/1/2021 0:04","7/1/2021 0:14",3,34.05,-118.24,4,34.06,-118.24,"9",30,"One Way",'
        '"Monthly Pass","electric"\n',
        ("ok", "ok"),
        "2019-07-01T07:04:00",
        _MIXED,
    ),
    "minneapolis 2010-2017": Twin(
        "bikedata-minneapolis",
        "Start date,Start station,Start station number,End date,End station,End station number,"
        "Account type,Total duration (Seconds)\n"
        "4/12/2017 13:07,Oak,30008,4/12/2017 13:17,Elm,30009,Casual,600\n"
        "4/12/2017 13:07,Oak,30008,4/12/2017 13:17,Elm by name,99999,Casual,600\n",
        ("ok", "no_end"),
        "2017-04-12T18:07:00",
        _BIKES,
        {
            "Nice_Ride_2017_Station_Locations.csv": "Number,Name,Latitude,Longitude,Total docks\n"
            "30008,Oak,44.97,-93.25,9\n30009,Elm,44.98,-93.25,9\n"
        },
    ),
    "minneapolis 2018-2020": Twin(
        "bikedata-minneapolis",
        "tripduration,start_time,end_time,start station id,start station name,"
        "start station latitude,start station longitude,end station id,end station name,"
        "end station latitude,end station longitude,bikeid,usertype,birth year,gender,bike type\n"
        "600,2018-07-01 08:00:00.5,2018-07-01 08:10:00.5,1,Oak,44.97,-93.25,2,Elm,44.98,-93.25,9,S,"
        "1980,1,Classic\n"
        "600,2018-07-01 08:00:00,2018-07-01 08:10:00,1,Oak,44.97,-93.25,2,Elm,44.98,-93.25,9,S,"
        "1980,1,Dockless\n",
        ("ok", "ok"),
        "2018-07-01T13:00:00.500000",
        _BIKES,
    ),
    "minneapolis since 2020": _common("bikedata-minneapolis", 44.97, -93.25, "2022-07-01T13:00:00"),
    "ofo": Twin(
        "ofo-positions",
        "2017-12-27 17:44:02+08:00,AAAAAA,41.917628,123.289772\n"
        "2017-12-27 17:44:02+08:00,BBBBBB,41.917628,123.289772\n",
        ("no_end", "no_end"),
        "2017-12-27T09:44:02",
        (None, None),
    ),
    "fitbit activity": Twin(
        "fitbit-daily",
        "Id,ActivityDate,TotalSteps,TotalDistance,TrackerDistance,Calories\n"
        "1503960366,4/12/2016,13162,8.5,8.5,1985\n1503960366,4/13/2016,0,0,0,1797\n"
        "1503960367,4/13/2016,,0,0,1797\n",
        ("ok", "no_steps", "malformed"),
        "2016-04-11T16:00:00",
        ("walking",) * 3,
    ),
    "fitbit steps": Twin(
        "fitbit-daily",
        "Id,ActivityDay,StepTotal\n1503960366,4/12/2016 12:00:00 AM,13162\n"
        '1503960366,2016-04-13,"10,735"\n',
        ("ok", "ok"),
        "2016-04-11T16:00:00",
        ("walking",) * 2,
    ),
    "perth": Twin(
        "perth-kinross-charging",
        "_id,CP ID,Connector,Start Date,Start Time,End Date,End Time,Total kWh,Site,Model\n"
        '1,5,2,2018-08-31T00:00:00,22:48,2018-08-31T00:00:00,22:58,2.78,"Park, Perth",APT\n'
        '2,5,2,2018-08-31T00:00:00,22:48,2018-08-31T00:00:00,22:58,,"Park, Perth",APT\n'
        '3,5,2,2018-08-31T00:00:00,22:48,2018-08-31T00:00:00,22:58,0,"Park, Perth",APT\n'
        '4,5,2,2018-08-31T00:00:00,22:48,2018-08-31T00:00:00,22:58,-1394.711,"Park",APT\n'
        '5,5,2,2018-08-31T00:00:00,22:48,2018-01-09T00:00:00,08:58,1.001,"Park",APT\n'
        "6,5,2,2018-08-31T00:00:00,22:48,2018-08-31T00:00:00,,1.001,Park,APT\n",
        ("ok", "malformed", "no_energy", "malformed", "end_before_start", "malformed"),
        "2018-08-31T21:48:00",
        ("nev_kwh",) * 6,
    ),
    "perth in other years": Twin(
        "perth-kinross-charging",
        "CP_ID,Connector,Start_Date,Start_Time,End_Date,End_Time,Total_kWh,Site,Group_,Model,FID\n"
        "5,2,2017/02/28 00:00:00+00,22:48,2017/02/28 00:00:00+00,22:58,2.78,Park,x,APT,1\n"
        "5,2,31/01/2020,22:48:10,31/01/2020,22:58:10,2.78,Park,x,APT,2\n",
        ("ok", "ok"),
        "2017-02-28T22:48:00",
        ("nev_kwh",) * 2,
    ),
    "mot": Twin(
        "dvsa-mot",
        '[{"registration": "AB1", "motTests": [\n'
        ' {"completedDate": "2024-08-28T10:49:10.000Z", "motTestNumber": "1"},\n'
        ' {"completedDate": "2013.11.03 09:33:08", "motTestNumber": "2"}]},\n'
        ' {"registration": "AB2", "motTests": [{"completedDate": null, "motTestNumber": "3"}, 7]}]',
        ("no_end", "no_end", "malformed", "malformed"),
        "2024-08-28T10:49:10",
        (None,) * 4,
        name="history.json",
    ),
}
